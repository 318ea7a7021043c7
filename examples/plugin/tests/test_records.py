from pathlib import Path

import pytest

from connectors.base import Connector
from connectors.registry import create
from connectors.testing import ConnectorPromises, Rows


class TestRecords(ConnectorPromises):
    @pytest.fixture
    def connector(self, rows: Rows, tmp_path: Path) -> Connector:
        records = (zip(rows.header, row, strict=True) for row in rows.cells)
        texts = ("\n".join(f"{name}: {cell}" for name, cell in record if cell) for record in records)
        (tmp_path / "elever.txt").write_text("\n\n".join(texts), encoding="utf-8")
        options = {"connector": "records", "path": str(tmp_path / "elever.txt"), "names": list(rows.header)}
        return create("elever", options)
