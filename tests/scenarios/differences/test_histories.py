"""Whatever happens from night to night, nights by differences come to what whole runs come to."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support import any_night, small_school
from support.any_mapping import COLUMNS, mappings
from support.mapping import compiled
from support.nights import DAY, by_differences, told
from support.small_school import NOW, OPEN_GATE, TODAY

from adapter.store import publish
from adapter.store.engine import open_store
from adapter.sync import findings, repeat
from adapter.sync.inputs import Options
from adapter.sync.report import Report
from adapter.sync.run import sync

CHOICES: list[dict[str, Any]] = [
    {},
    {"profile": {"protected_identities": "pass"}},
    {"profile": {"protected_identities": "pseudonymise"}},
    {"profile": {"school_units": [small_school.UNIT]}},
]


SHOWN = ("types", "issues", "enrichments", "held_by")


def history(folder: Path, seed: int, mapping: str) -> list[Report]:
    """Six nights of a school in which anything happens, each made by differences and, beside it, whole."""
    draw = random.Random(seed)
    school = any_night.School(draw)
    quick, whole = open_store(f"sqlite:///{folder}/quick.db"), open_store(f"sqlite:///{folder}/whole.db")
    nights = {"few_unprotected": 1000, "few_withheld": 1000, "unprotected_nights": draw.choice([1, 2])}
    sections: dict[str, Any] = {"gate": OPEN_GATE["gate"] | nights, **draw.choice(CHOICES)}
    day, found = 0, []
    for night in range(6):
        now = NOW + day * DAY + night * 60_000
        sources = school.exported(folder) if seed % 2 else school.copied()
        made = small_school.inputs(sources, mapping, now, **sections)
        made = replace(made, today=TODAY + dt.timedelta(days=day))
        found.append(sync(quick, made))
        shown = told(sync(whole, made, Options(dry_run=True)))  # which writes nothing down, and asks nothing late
        real = told(sync(whole, made, Options(full=True)))
        assert {name: shown[name] for name in SHOWN} == {name: real[name] for name in SHOWN}
        assert told(found[-1]) == real
        assert publish.documents(quick) == publish.documents(whole)
        for _ in range(draw.choice([0, 1, 1, 2, 4])):
            school.happens()
        day += draw.choice([0, 0, 1, 1, 3])
    quick.close()
    whole.close()
    return found


@pytest.mark.parametrize("mapping", [any_night.MAPPING, any_night.MADE])
@pytest.mark.parametrize("seed", [*range(4), 210])
def test_whatever_happens_the_nights_come_to_what_whole_runs_come_to(tmp_path: Path, seed: int, mapping: str) -> None:
    found = history(tmp_path, seed, mapping)
    assert any(map(by_differences, found[1:]))


@pytest.mark.parametrize("seed", range(3))
def test_so_they_do_where_there_is_more_to_tell_than_is_kept(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (findings, repeat):
        monkeypatch.setattr(module, "KEPT", 2)
    found = history(tmp_path, seed, any_night.MAPPING)
    assert any(map(by_differences, found[1:]))
    assert any(report.findings.total > 2 for report in found if by_differences(report))


@pytest.mark.long
@pytest.mark.parametrize("mapping", [any_night.MAPPING, any_night.MADE])
@pytest.mark.parametrize("seed", range(100, 130))
def test_so_they_do_in_many_histories(tmp_path: Path, seed: int, mapping: str) -> None:
    history(tmp_path, seed, mapping)


CELLS: dict[str, dict[str, list[str | None]]] = {
    "elever": {
        "guid": ["g1", "g2", "g3"],
        "namn": ["Åsa", "Bo", ""],
        "efter": ["Öberg", "Ek"],
        "pnr": [small_school.number("20140101", serial) for serial in (1, 2, 3)],
        "eppn": ["a@edu.exempel.se", "b@edu.exempel.se", "c@edu.exempel.se"],
        "skydd": ["N", "N", "J", ""],
        "x": ["a,b", "6", None],
    },
    "ad": {"nummer": [small_school.number("20140101", serial) for serial in (1, 2)], "upn": ["d@x.se"], "x": ["6", ""]},
    "inskr": {
        "elev": ["g1", "g2", "g3"],
        "enhet": [small_school.UNIT, any_night.OTHER],
        "form": ["GR", "a"],
        "ak": ["6", "5", ""],
        "till": ["", "2026-12-01"],
    },
    "skolor": {"kod": [small_school.UNIT, any_night.OTHER], "namn": ["a", "J"]},
    "grupper": {"grupp": ["6", "7"], "namn": ["6A"], "kod": [small_school.UNIT], "elev": ["g1", "g2", "g3"]},
}
TABLES = st.fixed_dictionaries(
    {
        name: st.lists(
            st.fixed_dictionaries({column: st.sampled_from(cells) for column, cells in of.items()}),
            min_size=1,
            max_size=5,
        )
        for name, of in CELLS.items()
    }
)


@pytest.mark.long
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(text=mappings(), first=TABLES, second=TABLES, kept=st.sets(st.sampled_from(sorted(CELLS))))
def test_so_they_do_whatever_the_mapping(
    text: str, first: dict[str, list[Any]], second: dict[str, list[Any]], kept: set[str]
) -> None:
    assume(not compiled(text, COLUMNS).errors)
    second |= {name: first[name] for name in kept}
    quick, whole = open_store("sqlite://"), open_store("sqlite://")
    for tables in (first, second, first):
        made = small_school.inputs(tables, text, **OPEN_GATE)
        assert told(sync(quick, made)) == told(sync(whole, made, Options(full=True)))
        assert publish.documents(quick) == publish.documents(whole)
    quick.close()
    whole.close()
