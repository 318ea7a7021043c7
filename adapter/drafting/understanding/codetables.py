"""Small tables that say what codes mean: `G` is Grundskola because a table of forms of school says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapter.drafting.looking.digests import digest
from adapter.drafting.looking.forms import in_form
from adapter.drafting.looking.samples import Column
from adapter.drafting.understanding import names
from adapter.drafting.understanding.tables import Table

_MOST_ROWS = 100
_ALIKE = 3  # letters
_MOST_COLUMNS = 6
_COMMON = frozenset(("id", "kod", "code", "nr", "no", "cd", "typ", "type", "namn", "name", "tbl", "ref", "text", "key"))


def spell_out(tables: Sequence[Table]) -> None:
    """Tell every column of codes what a table of codes says of them."""
    small = [table for table in tables if _is_of_codes(table)]
    for table in tables:
        for column in table.columns:
            if 0 < len(column.words) <= _MOST_ROWS and not column.unique:
                for key, told in _tables_of(column, table, small):
                    column.spelled.update(_spelled(column, key, told))


def _is_of_codes(table: Table) -> bool:
    """A few short rows, and nobody's."""
    if not 1 < table.sample.rows <= _MOST_ROWS or len(table.sample.columns) > _MOST_COLUMNS:
        return False
    return not any(map(table.find, ("civicNo", "familyName", "eppn", "email")))


def _tables_of(column: Column, table: Table, small: Sequence[Table]) -> Iterator[tuple[Column, Column]]:
    said = table.sample.declared.foreign.get(column.name)
    for other in small:
        if other is table:
            continue
        for key in other.columns:
            if not key.unique or column.digests[""].share_in(key.digests[""]) < 1:
                continue
            if said == (other.sample.table, key.name) or (said is None and _are_named_alike(column, key, other)):
                told = next(
                    (its for its in other.columns if its is not key and its.unique and its.share("letters") > 0.9), None
                )
                if told is not None:
                    yield key, told


def _are_named_alike(column: Column, key: Column, other: Table) -> bool:
    mine = set(names.tokens(column.name)) - _COMMON
    its = {*names.tokens(key.name), *names.tokens(other.sample.table)} - _COMMON
    return any(
        one.startswith(two[:3]) or two.startswith(one[:3]) for one in mine for two in its if min(len(one), len(two)) > 2
    )


def _spelled(column: Column, key: Column, told: Column) -> Iterator[tuple[str, str]]:
    texts = {digest(text): text for text in told.words}
    by_key = dict(zip(key.cells.tolist(), told.cells.tolist(), strict=True))
    for code, plain in zip(column.words, in_form(key.form, column.words), strict=True):
        if text := texts.get(by_key.get(digest(plain), 0)):
            yield code, text
