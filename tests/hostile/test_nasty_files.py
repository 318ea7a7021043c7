"""A corpus of nasty files, each with what comes of it: rows, remarks, or an error that says where (nasty/*.yaml).

A case has `text` (in `encoding`), `hex`, `cells` of a sheet, `members` of a .zip or what is in a .gz; then `drop` takes
bytes from its end, `damage` turns one, `more` adds texts. `rows`: number and cells; `error`: code, with `at` (how its
place ends), `says` and `hides`; `remarks`: code and how its place ends. Where a case says no `remarks`, there are none.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from support.sheets import ods, ods_of

from connectors.base import SourceError
from connectors.registry import create

FOLDER = Path(__file__).parent / "nasty"
KINDS: dict[str, dict[str, Any]] = {
    "csv": {"connector": "csv", "file": "x.csv"},
    "packed": {"connector": "csv", "file": "x.csv"},
    "json": {"connector": "json", "file": "x.json"},
    "xml": {"connector": "xml", "file": "x.xml", "rows": "elev", "columns": {"id": "id", "namn": "namn"}},
    "fixed_width": {
        "connector": "fixed-width",
        "file": "x.txt",
        "columns": {"pnr": "1-12", "namn": "13-18", "klass": "19-20"},
    },
    "sheets": {"connector": "excel", "file": "x.xlsx"},
}


def cases() -> list[tuple[str, dict[str, Any]]]:
    return [
        (kind, case) for kind in KINDS for case in yaml.safe_load((FOLDER / f"{kind}.yaml").read_text(encoding="utf-8"))
    ]


def content(case: dict[str, Any]) -> bytes:
    """The file's bytes."""
    if "hex" in case:
        found = bytes.fromhex(case["hex"])
    elif "cells" in case:
        found = sheet(case)
    elif "ods" in case:
        found = ods(case["ods"])
    elif "table" in case:
        found = ods_of(f'<table:table table:name="Blad">{case["table"]}</table:table>')
    elif "members" in case:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, text in case["members"].items():
                archive.writestr(name, text)
        found = file.getvalue()
    elif "gz" in case:
        found = gzip.compress(case["gz"].encode())
    else:
        text = case["text"] + "x" * case.get("repeat", 0)
        if "more" in case:
            each, times, end = case["more"]
            text += each * times + end
        found = text.encode(case.get("encoding", "utf-8"))
    if "damage" in case:
        at = case["damage"]
        found = found[:at] + bytes([found[at] ^ 0xFF]) + found[at + 1 :]
    return found[: len(found) - case.get("drop", 0)]


def sheet(case: dict[str, Any]) -> bytes:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Blad"
    for found in (first, *(book.create_sheet(name) for name in case.get("sheets", ()))):
        for row, cells in enumerate(case["cells"], 1):
            for column, value in enumerate(cells, 1):
                if isinstance(value, dict):
                    found.cell(row, column, value["v"]).number_format = value["f"]
                elif value is not None:
                    found.cell(row, column, value)
    for merged in case.get("merge", ()):
        first.merge_cells(merged)
    for row in case.get("hidden", ()):
        first.row_dimensions[row].hidden = True
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_there_are_many() -> None:
    names = [(kind, case["name"]) for kind, case in cases()]
    assert len(names) == len(set(names)) >= 120


def read(path: Path, options: dict[str, Any]) -> tuple[list[str], list[list[Any]], list[tuple[str, str]]]:
    """Columns, rows with their numbers in front, and remarks."""
    with create("elever", {"path": str(path), **options}).open() as table:
        columns = list(table.columns)
        rows = [[b.first_row + n, *row] for b in table.batches(columns) for n, row in enumerate(b.rows)]
        return columns, rows, [(remark.code, remark.place) for remark in getattr(table, "remarks", ())]


@pytest.mark.parametrize(("kind", "case"), [pytest.param(*c, id=f"{c[0]}: {c[1]['name']}") for c in cases()])
def test_a_nasty_file_gives_its_rows_or_says_why_not(kind: str, case: dict[str, Any], tmp_path: Path) -> None:
    options = {**KINDS[kind], **case.get("options", {})}
    path = tmp_path / case.get("file", options.pop("file"))
    options.pop("file", None)
    path.write_bytes(content(case))
    if "error" in case:
        with pytest.raises(SourceError) as caught:
            read(path, options)
        assert caught.value.code == case["error"], caught.value
        assert caught.value.place.startswith(str(tmp_path))
        assert caught.value.place.endswith(case.get("at", "")), caught.value
        assert case.get("says", "") in caught.value.message
        assert case.get("hides", "nothing of it") not in str(caught.value)
        return
    columns, rows, remarks = read(path, options)
    assert columns == case.get("columns", columns)
    assert [code for code, _ in remarks] == [code for code, _ in case.get("remarks", ())]
    for (_, place), (_, at) in zip(remarks, case.get("remarks", ()), strict=True):
        assert place.endswith(at)
    assert len(rows) == case["count"] if "count" in case else rows == case["rows"]
