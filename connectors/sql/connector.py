"""Any database that SQLAlchemy speaks to: one SELECT, read-only, streamed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from connectors.base import Batch, Cell, SourceError
from connectors.batches import BATCH
from connectors.sql.kinds import kinds
from connectors.sql.narrowing import Narrowing
from connectors.sql.options import SqlOptions
from connectors.sql.session import Session, session, short
from connectors.text import as_text


class SqlConnector:
    """One SELECT on one database."""

    Options = SqlOptions

    def __init__(self, name: str, options: SqlOptions) -> None:
        self.name = name
        self.options = options

    def open(self) -> SqlTable:
        """Connect and ask for the column names; no row is fetched. Raises SourceError."""
        return SqlTable(self.name, session(self.options, self.name), self.options)


class SqlTable:
    """An open query in a transaction that only reads, and that all sources of one database share."""

    age_hours: float | None = None

    def __init__(self, name: str, found: Session, options: SqlOptions) -> None:
        self._name, self._session, self._options = name, found, options
        quote = found.dialect.identifier_preparer.quote_identifier
        self._query = Narrowing(found.dialect.name, options.query, options.table, quote)
        try:
            with found.executed(self._query.empty(), name) as empty:
                self.columns: Sequence[str] = tuple(empty.keys())
                self.kinds = kinds(found.dialect.name, empty.cursor.description if empty.cursor else None)
            twice = next((column for column in self.columns if list(self.columns).count(column) > 1), None)
            if twice is not None:
                raise SourceError("S123", f'the column "{twice}" comes twice; name columns one by one.', name)
        except SourceError:
            found.leave()
            raise

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """The rows, only these columns. Raises SourceError, also half-way."""
        own = self._session if self._session.takes_another else Session(self._options, self._name)
        number = 1
        try:
            with own.executed(self._query.of(columns), self._name, reading=True) as rows:
                pick = None if self._query.can_narrow else [self.columns.index(name) for name in columns]
                while some := self._some(own, rows, number):
                    picked = some if pick is None else [tuple([row[at] for at in pick]) for row in some]
                    yield Batch(number, self._texts(picked, columns, number))
                    number += len(some)
        finally:
            own.has_read()
            if own is not self._session:
                own.leave()

    def __enter__(self) -> SqlTable:
        return self

    def __exit__(self, *details: object) -> None:
        self._session.leave()

    def _some(self, own: Session, rows: sa.CursorResult[Any], number: int) -> Sequence[Any]:
        own.is_asked()
        try:
            return rows.fetchmany(BATCH)
        except sa.exc.DBAPIError as error:
            own.broke_off(rows)
            message = f"the database broke off after {number - 1} rows: {short(error)}."
            raise SourceError("S124", message, self._name) from None

    def _texts(self, rows: Sequence[Any], columns: Sequence[str], number: int) -> list[Sequence[Cell]]:
        """Rows of text; columns that hold texts already are not touched."""
        if not columns:  # rows are counted alone
            return [() for _ in rows]
        turned: list[Sequence[Cell]] = []
        for name, column in zip(columns, zip(*rows, strict=True), strict=True):
            if set(map(type, column)) <= {str, type(None)}:
                turned.append(column)
                continue
            try:
                turned.append([as_text(cell) for cell in column])
            except TypeError as error:
                message = f'the column "{name}" holds {error}, which has no text; leave it out of the query.'
                raise SourceError("S125", message, f"{self._name}:{number}") from None
        return list(zip(*turned, strict=True))
