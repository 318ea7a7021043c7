"""What every connector promises, as tests that a connector of your own can be run through.

    from connectors.registry import create
    from connectors.testing import ConnectorPromises, Rows

    class TestMine(ConnectorPromises):
        @pytest.fixture
        def connector(self, rows: Rows, tmp_path: Path) -> Connector:
            ...  # write rows.header and rows.cells where yours finds them
            return create("elever", {"connector": "mine", "path": str(tmp_path / "elever.txt")})

Needs pytest, which is not installed with the adapter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from connectors.base import Connector, SourceTable

HEADER = ("elev guid", "förnamn", "År", "tal", "tom")


@dataclass(frozen=True)
class Rows:
    """What the source must hold. A cell that is None or "" means that nothing was entered."""

    header: tuple[str, ...]
    cells: list[tuple[str | None, ...]]


def rows_to_read(count: int = 5003) -> Rows:
    """Rows with letters, quotes, separators, numbers and empty cells; more than one batch of them."""
    return Rows(
        HEADER, [(f"g{n}", f'Åsa-{n} Öberg, "{n}"; %s', "6", str(n), None if n % 3 else "") for n in range(count)]
    )


def everything(table: SourceTable, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """All rows, trimmed as the adapter trims them."""
    return [tuple((cell or "").strip() for cell in row) for batch in table.batches(columns) for row in batch.rows]


class ConnectorPromises:
    """Promises of `connectors.base`. Subclasses give the fixture `connector`, and `rows` where they take fewer."""

    @pytest.fixture
    def rows(self) -> Rows:
        """What the source holds."""
        return rows_to_read()

    def test_the_header_is_as_the_source_spells_it(self, connector: Connector, rows: Rows) -> None:
        with connector.open() as table:
            assert isinstance(table, SourceTable)
            assert tuple(table.columns) == rows.header

    def test_rows_come_whole_as_text(self, connector: Connector, rows: Rows) -> None:
        with connector.open() as table:
            found = everything(table, rows.header)
        assert sorted(found) == sorted(tuple(cell or "" for cell in row) for row in rows.cells)

    def test_only_the_columns_asked_for_come_in_the_order_asked_for(self, connector: Connector, rows: Rows) -> None:
        with connector.open() as table:
            found = everything(table, ["tal", "elev guid"])
        assert sorted(found) == sorted((row[3] or "", row[0] or "") for row in rows.cells)

    def test_rows_can_be_counted_without_a_column(self, connector: Connector, rows: Rows) -> None:
        with connector.open() as table:
            assert everything(table, []) == [()] * len(rows.cells)

    def test_rows_are_numbered_without_gaps(self, connector: Connector, rows: Rows) -> None:
        with connector.open() as table:
            numbers = [b.first_row + n for b in table.batches(["tal"]) for n in range(len(b.rows))]
        assert numbers == list(range(numbers[0], numbers[0] + len(rows.cells)))

    def test_a_source_can_be_read_twice_while_it_is_open(self, connector: Connector, rows: Rows) -> None:
        with connector.open() as table:
            assert sorted(everything(table, ["tal"])) == sorted(everything(table, ["tal"]))

    def test_a_read_can_be_left_half_way(self, connector: Connector, rows: Rows) -> None:
        with connector.open() as table:
            next(iter(table.batches(["tal"])))
        with connector.open() as table:
            assert len(everything(table, ["tal"])) == len(rows.cells)

    def test_where_rows_are_lines_each_line_alone_gives_its_row(self, connector: Connector, rows: Rows) -> None:
        columns = ["tal", "förnamn"]
        with connector.open() as table:
            lines = table.lines() if hasattr(table, "lines") else None
            if lines is None:
                return
            whole = {b.first_row + n: tuple(row) for b in table.batches(columns) for n, row in enumerate(b.rows)}
            places = [number - lines.first for number in whole]
            alone = lines.cells(places[::-1], columns)
            assert [tuple(row or ()) for row in alone] == list(whole.values())[::-1]
            assert len(list(lines)) == len(set(lines)) == len(rows.cells)

    def test_an_imprint_holds_as_long_as_nothing_is_touched(self, connector: Connector, rows: Rows) -> None:
        look = getattr(connector, "imprint", None)
        if look is None:
            return
        first, again, other = look(b"k" * 32), look(b"k" * 32), look(b"l" * 32)
        assert first is not None
        assert first.holds()
        assert first.digest == again.digest != other.digest
