"""The connector that docs/connectors.md shows works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from connectors.base import Connector, SourceError, SourceTable
from connectors.csv.connector import CsvOptions
from connectors.sql.connector import SqlOptions
from connectors.xml.connector import XmlOptions

TEXT = (Path(__file__).parents[2] / "docs" / "connectors.md").read_text(encoding="utf-8")


@pytest.fixture
def fixed(tmp_path: Path) -> Connector:
    (code,) = re.findall(r"^```python\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
    names: dict[str, type] = {}
    exec(compile(code, "example", "exec", dont_inherit=True), names)
    (tmp_path / "elever.txt").write_bytes("1001Åsa  6A\n1002Örjan7B\n".encode("cp1252"))
    options = {"path": tmp_path / "elever.txt", "cuts": {"id": (0, 4), "namn": (4, 9), "klass": (9, 11)}}
    connector = names["FixedColumns"]
    return connector("elever", connector.Options.model_validate(options))


def test_the_example_reads_its_rows(fixed: Connector) -> None:
    with fixed.open() as table:
        assert isinstance(table, SourceTable)
        assert tuple(table.columns) == ("id", "namn", "klass")
        (batch,) = table.batches(["klass", "namn"])
        assert (batch.first_row, list(batch.rows)) == (1, [("6A", "Åsa  "), ("7B", "Örjan")])


def test_the_example_says_when_its_file_is_missing(fixed: Connector, tmp_path: Path) -> None:
    (tmp_path / "elever.txt").unlink()
    with pytest.raises(SourceError, match="there is no such file"):
        fixed.open()


@pytest.mark.parametrize("options", [CsvOptions, SqlOptions, XmlOptions])
def test_every_key_is_described(options: type[BaseModel]) -> None:
    described = re.findall(r"^\| `(\w+)` \|", TEXT, flags=re.MULTILINE)
    assert set(options.model_fields) <= set(described)
