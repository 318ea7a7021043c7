"""What an administrator and a school are told of each mistake of data that we know of: reviewed as they read it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from support.data_mistakes import MISTAKES, TODAY, seeded
from support.shell import command

from adapter.findings import Finding
from adapter.reports.words import SWEDISH
from adapter.store import history
from adapter.store.engine import open_store

_VIEWS = {"ad_elev": "ad", "ad_personal": "ad"}
Told = Mapping[str, list[Finding]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What one night says of the rows of each mistake."""
    folder = tmp_path_factory.mktemp("demo")
    found = seeded(folder)
    assert command("sync", "--today", TODAY.isoformat(), at=folder).code == 0
    store = open_store(f"sqlite:///{folder}/state.db")
    try:
        run = history.last_runs(store, 1)[0]
        findings = [Finding.of(facts) for facts in history.findings_of(store, run.id)]
    finally:
        store.close()
    by_place: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.row is not None:
            place = f"{_VIEWS.get(finding.row.source, finding.row.source)}:{finding.row.row}"
            by_place.setdefault(place, []).append(finding)
    return {
        name: [finding for place in sorted(places) for finding in by_place.get(place, [])]
        for name, places in found.places.items()
    }


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake["name"] for mistake in MISTAKES])
def test_a_mistake_is_told_in_both_languages(told: Told, mistake: dict[str, list[list[str]]]) -> None:
    findings = told[str(mistake["name"])]
    in_english = [f"{found.code} {found.severity}: {found.subject}: {found.message}" for found in findings]
    in_swedish = [f"{words.attribute}: {words.wrong}" for words in map(SWEDISH.told, findings)]
    assert sorted(map(list, zip(in_english, in_swedish, strict=True))) == sorted(mistake["says"])


def test_there_are_sixty_of_them_and_no_two_are_one() -> None:
    assert len({str((mistake["whose"], mistake["cells"])) for mistake in MISTAKES}) == len(MISTAKES) >= 60


def test_nothing_a_school_reads_is_half_english() -> None:
    words = {" is ", " are ", " has ", " the ", " no ", " of "}
    for mistake in MISTAKES:
        for _, in_swedish in mistake["says"]:
            assert not any(word in f" {in_swedish} " for word in words), in_swedish
