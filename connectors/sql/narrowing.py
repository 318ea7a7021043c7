"""The query that is sent: of a source's own query only the columns that are wanted, where its database can do that."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connectors.sql.select_only import stands_alone

Quote = Callable[[str], str]


class Narrowing:
    """`query` or `table` as the source names it; `quote`: writes a name as its database does."""

    def __init__(self, database: str, query: str | None, table: str | None, quote: Quote) -> None:
        self._quote = quote
        self._query = None if query is None else query.strip().rstrip("; \t\r\n")
        self._from = ".".join(quote(part) for part in table.split(".")) if table is not None else ""
        self.can_narrow = self._query is None or not (database == "mssql" and stands_alone(self._query))

    def empty(self) -> str:
        """Gives the columns and no row; the whole query where it cannot be part of another."""
        return f"SELECT * FROM {self._inner()} WHERE 1 = 0" if self.can_narrow else str(self._query)

    def of(self, columns: Sequence[str]) -> str:
        """Gives these columns; all of them where the query cannot be part of another."""
        wanted = ", ".join(map(self._quote, columns)) or "1"
        return f"SELECT {wanted} FROM {self._inner()}" if self.can_narrow else str(self._query)

    def _inner(self) -> str:
        return self._from if self._query is None else f"({self._query}\n) source_rows"  # Oracle wants no AS here
