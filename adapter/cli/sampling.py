"""Looks at tables for `init`: what stands in them, as far as it is read."""

from __future__ import annotations

import datetime as dt

from adapter.cli.places import Place, quoted
from adapter.drafting.looking.forms import in_form
from adapter.drafting.looking.samples import Sample, measured
from connectors import registry
from connectors.base import Connector, SourceError, SourceTable

_MOST_ROWS = 20_000  # that are looked at
_MOST_CELLS = 1_000_000  # of a table, all its columns together: some tables are very wide
_LIMITS = ("sqlite", "postgresql", "mysql", "mariadb")  # databases that know LIMIT
_NO_TEXT = "S125"
_NO_NAMES = (
    "the first line looks like a row, not like names of columns. Have it exported with names, or write the source "
    "by hand, with `header` (docs/connectors.md)."
)


def looked_at(place: Place, today: dt.date) -> tuple[Sample, list[str]]:
    """What a table looks like, and its columns that cannot be read. Raises SourceError where none can."""
    with _first_rows(place).open() as table:
        columns = list(table.columns)
        most = min(_MOST_ROWS, _MOST_CELLS // max(len(columns), 1))
        left_out: list[str] = []
        try:
            rows = _rows(table, columns, most)
        except SourceError as error:
            if error.code != _NO_TEXT:
                raise
            left_out = [column for column in columns if not _has_text(place, column)]
            columns = [column for column in columns if column not in left_out]
            rows = []
    if left_out:
        with _first_rows(place).open() as table:
            rows = _rows(table, columns, most)
    sample = measured(columns, rows, today)
    if sample.begins_with_a_row and place.options["connector"] == "csv":
        raise SourceError("S105", _NO_NAMES, place.options["path"])
    for one in (sample, *sample.parts):
        one.source, one.options, one.table, one.declared = place.name, place.options, place.table, place.declared
    if len(rows) >= most:
        _read_on(place, sample)
    return sample, left_out


def _first_rows(place: Place) -> Connector:
    """A connector that ends early where the database can: some read all that they were asked for before they stop."""
    options = dict(place.options)
    backend = options.get("url", "").partition(":")[0].partition("+")[0]
    if place.is_table and backend in _LIMITS and "table" in options:
        table = ".".join(quoted(options["url"], part) for part in options.pop("table").split("."))
        options["query"] = f"SELECT * FROM {table} LIMIT {_MOST_ROWS}"
    return registry.create(place.table, options)


def _rows(table: SourceTable, columns: list[str], most: int) -> list[tuple[str | None, ...]]:
    rows: list[tuple[str | None, ...]] = []
    for batch in table.batches(columns):
        rows.extend(map(tuple, batch.rows))
        if len(rows) >= most:
            break
    return rows[:most]


def _has_text(place: Place, column: str) -> bool:
    try:
        with _first_rows(place).open() as table:
            for _ in table.batches([column]):
                pass
    except SourceError:
        return False
    return True


def _read_on(place: Place, sample: Sample) -> None:
    """The rest of a long table: its rows are counted, and only columns that may be keys are read."""
    keys = [column for column in sample.columns if column.may_be_key]
    sample.rows = 0
    with registry.create(place.table, place.options).open() as table:
        for batch in table.batches([column.name for column in keys]):
            sample.rows += len(batch.rows)
            for column, cells in zip(keys, zip(*batch.rows, strict=True), strict=False):
                texts = {text for cell in cells if (text := (cell or "").strip())}
                for form, digests in column.digests.items():
                    digests.add(in_form(form, texts))
