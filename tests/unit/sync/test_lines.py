"""Lines as they lie in a file: each alone gives the row that reading all of them gives, or is refused."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.sync.differences.arrays import among, in_order, places_among
from adapter.sync.differences.codes import Coder
from adapter.sync.differences.shelf import codes_of
from connectors.base import SourceError
from connectors.csv.connector import CsvConnector, CsvOptions

LINE = st.lists(st.sampled_from(["a", "å", ";", ";", '"', '""', " ", "\r", "\t"]), max_size=8).map("".join)
CODES = st.lists(st.integers(1, 2**64 - 1), max_size=20)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.just("a;b"), st.just('"a";b'), st.just(""), LINE), max_size=6), st.sampled_from("\n\r"))
def test_a_line_alone_gives_its_row_or_is_refused(found: list[str], end: str) -> None:
    end = "\n" if end == "\n" else "\r\n"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "elever.csv"
        path.write_bytes(end.join(["x;y", *found]).encode("cp1252"))
        with CsvConnector("elever", CsvOptions(path=str(path), encoding="cp1252", delimiter=";")).open() as table:
            try:
                rows = {batch.first_row + n: row for batch in table.batches("xy") for n, row in enumerate(batch.rows)}
            except SourceError:
                return
            lines = table.lines()
            if lines is None:
                assert any("\r" in line for line in found)
                return
            for number, row in rows.items():
                try:
                    alone = lines.cells([number - lines.first], "xy")
                except SourceError:
                    continue
                assert alone == [row] or _ends_in(rows, number, found)


def _ends_in(rows: dict[int, object], number: int, found: list[str]) -> bool:
    """Whether the row goes on in the next line, which a run over all rows sees: that line is none, and not empty."""
    return number + 1 not in rows and number - 1 < len(found)


@given(CODES, CODES)
def test_places_are_those_of_the_same_codes(now: list[int], before: list[int]) -> None:
    before = list(dict.fromkeys(before))
    some = [*now, *before[::2]]
    found = places_among(np.array(some, dtype=np.uint64), np.array(before, dtype=np.uint64))
    assert found.tolist() == [before.index(code) if code in before else -1 for code in some]
    assert among(np.array(some, dtype=np.uint64), in_order(set(before))).tolist() == [code in before for code in some]


@given(st.lists(st.sampled_from([b"a", b"b", b"c"]), max_size=12))
def test_equal_rows_have_codes_of_their_own_whatever_stands_between(rows: list[bytes]) -> None:
    coder = Coder(b"secret")
    codes = codes_of(rows, coder).tolist()
    assert len(set(codes)) == len(codes)
    assert sorted(codes) == sorted(codes_of(sorted(rows), coder).tolist())


def test_a_key_has_another_code_in_another_table_and_with_another_secret() -> None:
    of_persons = Coder(b"secret").keys("persons")
    others = (Coder(b"secret").keys("groups"), Coder(b"other").keys("persons"))
    assert of_persons("201401012384") == Coder(b"secret").keys("persons")("201401012384")
    assert all(other("201401012384") != of_persons("201401012384") for other in others)
    assert of_persons(("a", "b")) != of_persons(("ab", ""))
