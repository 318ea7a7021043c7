"""What points where: what a database declares is certain, and numbers that are keys by chance point nowhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from adapter.drafting.looking.samples import Declared, Sample, measured
from adapter.drafting.understanding.links import Links
from adapter.drafting.understanding.picture import Picture
from adapter.drafting.understanding.tables import Table

TODAY = dt.date(2026, 11, 29)


def sample(name: str, foreign: dict[str, tuple[str, str]] | None = None, **columns: Sequence[str]) -> Sample:
    found = measured(list(columns), list(zip(*columns.values(), strict=True)), TODAY)
    found.source = found.table = name
    found.declared = Declared((), foreign or {})
    return found


def pointed_at(rows: Sample, target: Sample) -> str:
    tables = [Table(rows), Table(target)]
    keys = [column for column in tables[1].columns if column.unique]
    link = Links(tables).to(tables[0], tables[1], keys, "nothing")
    return f"{link.column.name} -> {link.target.name}" if link else ""


SPARSE = [str(4000 + 37 * n) for n in range(30)]
DENSE = [str(n + 1) for n in range(30)]


def test_a_declared_key_is_a_link_though_its_values_are_few_and_others_fit_better() -> None:
    rows = sample("r", {"b": ("t", "id")}, a=SPARSE, b=["4000", *[""] * 29])
    assert pointed_at(rows, sample("t", id=SPARSE)) == "b -> id"


def test_a_key_that_is_declared_to_point_elsewhere_does_not_point_here() -> None:
    assert pointed_at(sample("r", {"a": ("u", "id")}, a=SPARSE), sample("t", id=SPARSE)) == ""
    assert pointed_at(sample("r", a=SPARSE), sample("t", id=SPARSE)) == "a -> id"


def test_numbers_without_gaps_are_keys_by_chance() -> None:
    minutes = [str(10 + n % 12) for n in range(30)]
    assert pointed_at(sample("r", minutes=minutes), sample("t", id=DENSE)) == ""
    assert pointed_at(sample("r", t_id=minutes), sample("t", id=DENSE)) == ""
    assert pointed_at(sample("r", t_id=SPARSE[:5] * 6), sample("t", id=SPARSE)) == "t_id -> id"


def test_who_stands_in_a_table_today_is_told_by_its_dates() -> None:
    numbers = [f"20140{1 + n % 9}1{n % 9}238{n % 10}" for n in range(30)]
    pupils = sample("elever", id=SPARSE, pnr=numbers, fornamn=["Alva"] * 30, efternamn=["Ekmån"] * 30)
    ended = ["2026-06-12" if n < 20 else "" for n in range(30)]
    rows = sample("placering", elev_id=SPARSE, skola=["31279295"] * 30, start=["2025-08-18"] * 30, slut=ended)
    picture = Picture([pupils, rows], TODAY)
    assert picture.pupils is not None
    standing = picture.standing(picture.tables[1], picture.pupils)
    assert standing is not None
    assert (standing.coverage, round(standing.current, 2)) == (1.0, 0.33)
