"""What rows and objects are looked up in, by those who write down what was asked."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from adapter.mapping.row_findings import RowFinding
from adapter.mapping.scope import Get, Index, Row
from adapter.sync.differences.codes import Code, Coder
from adapter.sync.shaping import kept


class Rows(dict[Hashable, Any]):
    """An index's rows by key; every question is told to `asked`, by its code.

    `fetch` brings the rows of a key when they are first asked for; None where all are there. `keep`: the condition that
    is asked of a row when it is found, so that what this looks into is asked for by whoever has found the row.
    """

    def __init__(self, name: str, coder: Coder, asked: Callable[[int], None]) -> None:
        super().__init__()
        self.name = name
        self.code = coder.keys(name)
        self._asked = asked
        self.fetch: Callable[[int], None] | None = None
        self.keep: Get | None = None
        self._there: set[int] = set()

    @contextmanager
    def all_there(self) -> Iterator[None]:
        """Meanwhile all rows are put in, and none is fetched."""
        fetch, self.fetch = self.fetch, None
        self.clear()
        yield
        self.clear()
        self._there.clear()
        self.fetch = fetch

    def get(self, key: Hashable, default: Any = None) -> Any:
        code = self.code(key)
        self._asked(code)
        if self.fetch is not None:
            self._bring(code)
        found = super().get(key, default)
        return found if self.keep is None or not found else self._kept(found, self.keep) or default

    def __contains__(self, key: object) -> bool:
        if self.keep is not None:
            return bool(self.get(key))
        code = self.code(key)
        self._asked(code)
        if self.fetch is not None:
            self._bring(code)
        return super().__contains__(key)

    @staticmethod
    def _kept(rows: Iterable[Row], keep: Get) -> list[Row | RowFinding]:
        return [entry for row in rows if (entry := kept(row, keep)) is not None]

    def _bring(self, code: int) -> None:
        if self.fetch is not None and code and code not in self._there:
            self._there.add(code)
            self.fetch(code)


def table_of(index: Index) -> Rows:
    """What an index's rows lie in, in a run that is written down."""
    assert isinstance(index.rows, Rows)
    return index.rows


class Ids(dict[Hashable, str]):
    """A target's ids, by the codes of its keys."""

    def __init__(self, name: str, coder: Coder, asked: Callable[[int], None]) -> None:
        super().__init__()
        self.name = name
        self.code: Callable[[Hashable], int] = _Known(coder.keys(name)).__getitem__
        self._asked = asked

    def get(self, key: Hashable, default: Any = None) -> Any:
        code = self.code(key)
        self._asked(code)
        return super().get(code, default)


class _Known(dict[Hashable, int]):
    """Codes of keys: a pupil is asked for by each of their groups."""

    def __init__(self, code: Code) -> None:
        super().__init__()
        self._code = code

    def __missing__(self, key: Hashable) -> int:
        found = self[key] = self._code(key)
        return found
