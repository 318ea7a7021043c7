"""`init` looks at sheets, JSON, archives and other schemas too, and its draft opens what it names."""

from __future__ import annotations

import json
import tomllib
import zipfile
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from support.databases import postgres_url
from support.shell import command


def put(folder: Path) -> None:
    book = openpyxl.Workbook()
    pupils = book.worksheets[0]
    pupils.title = "Elever"
    pupils.append(["Elevlista Norra skolan"])
    pupils.append([])
    pupils.append(["Personnummer", "Förnamn", "Efternamn", "Årskurs", "Klass", "Skolenhetskod"])
    for number in range(1, 10):
        pupils.append([201401002380 + number * 1000, f"Elev{number}", "Ek", 6, "6A", 31279295])
    staff = book.create_sheet("Lärare")
    staff.append(["Personnummer", "Förnamn", "Efternamn", "E-post", "Befattning"])
    staff.append(["19800101-2387", "Majken", "Berg", "qa10@exempel.se", "Lärare"])
    book.create_sheet("Anteckningar").append(["bara en rubrik"])
    hidden = book.create_sheet("Gamla")
    hidden.sheet_state = "hidden"
    hidden.append(["Personnummer"])
    hidden.append(["200001012389"])
    book.save(folder / "skola.xlsx")
    (folder / "grupper.json").write_text(json.dumps({"n": 1, "grupper": [{"id": 1, "m": [{"pnr": "x"}]}]}))
    (folder / "rader.jsonl").write_text('{"kod": "a"}\n{"kod": "b"}\n')
    with zipfile.ZipFile(folder / "ut.zip", "w") as archive:
        archive.writestr("enheter.csv", "skolenhetskod;namn\n31279295;Norra skolan\n")


def test_every_sheet_list_and_member_is_a_table(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    put(tmp_path / "export")
    told = command("init", "w", "--from", "export", "--no-input", at=tmp_path)
    assert told.code == 0, told.err
    looked_at = {
        line.split()[0]: line.split(maxsplit=2)[2] for line in told.out.splitlines()[1:] if line.startswith("  ")
    }
    assert looked_at == {
        "grupper": "teaching groups",
        "m": "not read",
        "rader": "not read",
        "elever": "pupils",
        "larare": "staff",
        "enheter": "school units",
    }
    sources = tomllib.loads((tmp_path / "w" / "config.toml").read_text(encoding="utf-8"))["sources"]
    assert sources["elever"] == {
        "connector": "excel",
        "path": str(tmp_path / "export" / "skola.xlsx"),
        "sheet": "Elever",
    }
    assert sources["enheter"]["member"] == "enheter.csv"
    checked = command("--config", "w/config.toml", "check", at=tmp_path)
    assert "4 sources opened" in checked.out


def test_what_is_no_sheet_or_no_json_is_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    put(tmp_path / "export")
    (tmp_path / "export" / "trasig.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "export" / "trasig.json").write_text('{"a": [')
    (tmp_path / "export" / "trasig.zip").write_bytes(b"x")
    told = command("init", "w", "--from", "export", "--no-input", at=tmp_path)
    assert told.code == 0
    for name, code in (("trasig.xlsx", "S145"), ("trasig.json", "S143"), ("trasig.zip", "")):
        assert f"left out: {tmp_path / 'export' / name}" in told.err.replace(
            "left out: export", f"left out: {tmp_path}/export"
        )
        assert code in told.err


@pytest.mark.parametrize("schema", ["sis", "Skol.Data"])
def test_tables_of_another_schema_are_looked_at_and_read(schema: str, tmp_path: Path) -> None:
    with postgres_url() as url:
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')
            connection.exec_driver_sql(
                f'CREATE TABLE "{schema}".enheter (skolenhetskod TEXT PRIMARY KEY, namn TEXT); '
                f"INSERT INTO \"{schema}\".enheter VALUES ('31279295', 'Norra skolan')"
            )
            connection.exec_driver_sql("CREATE TABLE annat (a INT)")
        engine.dispose()
        told = command("init", "w", "--from", url, "--schema", schema, "--no-input", at=tmp_path)
        assert told.code == 0, told.err
        assert "annat" not in told.out
        checked = command("--config", "w/config.toml", "check", at=tmp_path)
        assert "1 source opened" in checked.out


PUPILS = "personnr;fornamn;efternamn;arskurs;klass;skolenhetskod;epost\n"


def pupil(number: str, name: str) -> str:
    return f"{number};{name};Ek;6;6A;31279295;{name.lower()}@edu.exempel.se\n"


def test_of_dated_files_the_newest_is_looked_at_and_every_night_s_newest_is_read(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    for day in (15, 17, 16):
        rows = "".join(pupil(f"20140101{2380 + n}", f"Elev{chr(97 + n)}") for n in range(day))
        (tmp_path / "export" / f"elever_2026-08-{day}.csv").write_text(PUPILS + rows)
    (tmp_path / "export" / "~$skola.xlsx").write_bytes(b"x")
    told = command("init", "w", "--from", "export", "--no-input", at=tmp_path)
    assert "elever_*.csv: 3 files that differ in their date; elever_2026-08-17.csv is looked at" in told.err
    assert "skola.xlsx" not in told.err
    assert told.out.splitlines()[1].split()[1] == "17"
    (found,) = tomllib.loads((tmp_path / "w" / "config.toml").read_text(encoding="utf-8"))["sources"].values()
    assert (found["newest"], Path(found["path"]).name) == ("name", "elever_*.csv")


def test_an_id_that_is_drafted_of_a_personnummer_does_not_depend_on_how_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "elever.csv").write_text(PUPILS + pupil("201401012385", "Åsa") + pupil("20140102-2384", "Bo"))
    told = command("init", "w", "--from", "elever.csv", "--no-input", at=tmp_path)
    assert told.code == 0, told.err
    mapping = (tmp_path / "w" / "mapping.yaml").read_text(encoding="utf-8")
    assert "id: {uuid5: {column: personnr, as: personnummer}}" in mapping
