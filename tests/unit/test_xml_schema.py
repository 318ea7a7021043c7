"""What a first look at an XML file finds: which elements are rows, and what their columns are."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.base import SourceError
from connectors.registry import create
from connectors.xml import schema as xml_schema


def found(tmp_path: Path, text: str) -> dict[str, dict[str, str]]:
    file = tmp_path / "export.xml"
    file.write_text(text, encoding="utf-8")
    kinds = xml_schema.rows(file)
    for kind in kinds:  # what is found can be read
        options = {"connector": "xml", "path": str(file), "rows": kind.rows, "columns": dict(kind.columns)}
        with create(kind.name, options).open() as table:
            assert sum(len(batch.rows) for batch in table.batches(list(kind.columns))) >= 2
    return {kind.rows: dict(kind.columns) for kind in kinds}


def test_elements_that_come_again_are_rows_and_what_is_in_them_columns(tmp_path: Path) -> None:
    rows = found(
        tmp_path,
        "<x:e xmlns:x='u'><x:elever><x:elev id='1'><namn><f>A</f><e>B</e></namn></x:elev>"
        "<x:elev id='2' typ='b'><tel>1</tel><tel>2</tel></x:elev></x:elever><datum>2026</datum></x:e>",
    )
    assert rows == {
        "elever/elev": {"id": "@id", "typ": "@typ", "namn_f": "namn/f", "namn_e": "namn/e", "tel": "tel"},
    }


def test_a_row_in_a_row_gets_its_ids(tmp_path: Path) -> None:
    rows = found(
        tmp_path,
        "<e><g id='1'><namn>a</namn><m><elev>1</elev></m><m><elev>2</elev></m></g>"
        "<g id='2'><lista><m><elev>3</elev></m></lista></g></e>",
    )
    assert rows["g"] == {"id": "@id", "namn": "namn", "lista_m_elev": "lista/m/elev"}
    assert rows["g/m"] == {"elev": "elev", "above_id": "../@id"}


def test_a_document_of_text_is_no_list_of_rows(tmp_path: Path) -> None:
    file = tmp_path / "export.xml"
    file.write_text("<e>" + "".join(f"<a{n}/>" for n in range(6000)) + "</e>", encoding="utf-8")
    with pytest.raises(SourceError, match="S142 the file is no list of rows"):
        xml_schema.rows(file)


def test_nothing_that_comes_once_is_a_row(tmp_path: Path) -> None:
    assert found(tmp_path, "<e><a><b>1</b></a><c d='1'/></e>") == {}
