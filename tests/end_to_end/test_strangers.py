"""`init` on systems that nobody has wired (tests/strangers): what it is sure of is right, and what it writes works."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.drafts import TODAY, Drafted
from support.score import compared, scores, together
from support.strangers import Stranger, school, strangers

pytestmark = pytest.mark.long

STRANGERS = {stranger.name: stranger for stranger in strangers()}
PUPILS, STAFF, PROTECTED = 72, 15, 5
GUARDIANS = re.compile(r"vardnadshav|vårdnadshav|guardian|anhorig|anhörig", re.IGNORECASE)


def pointed_at(stranger: Stranger, init: Callable[..., Drafted], folder: Path) -> Drafted:
    return init(*stranger.write(folder / "data", TODAY))


def test_of_what_a_careful_person_would_write_nine_tenths_are_right_and_almost_nothing_is_wrong() -> None:
    found = list(scores())
    total = together(found)
    assert len(found) >= 60
    assert total.right >= 0.95 * total.all, "\n".join(map(str, found))
    assert total.wrong <= 0.01 * total.all, [fault for score in found for fault in score.faults]


@pytest.mark.parametrize("name", STRANGERS)
def test_a_draft_can_be_checked_and_run_and_tells_nothing_of_a_person(
    name: str, init: Callable[..., Drafted], tmp_path: Path
) -> None:
    stranger = STRANGERS[name]
    drafted = pointed_at(stranger, init, tmp_path)
    said = drafted.mapping + drafted.config + drafted.command.out
    drafted.check()
    drafted.dry_run()
    score = compared(stranger, drafted.mapping, TODAY)
    assert score.right >= 0.65 * score.all, score.faults
    assert score.wrong <= 0.05 * score.all, score.faults
    made = school(stranger.units, TODAY)
    everybody = [one for kind in ("pupil", "staff", "guardian") for one in made.things[kind]]
    secrets = {one[key] for one in everybody for key in ("number", "number12", "number10", "account", "phone", "sign")}
    assert [secret for secret in secrets if secret in said] == []
    assert not [line for line in drafted.mapping.splitlines() if GUARDIANS.search(line.partition("#")[0])]


@pytest.mark.parametrize("name", ["ten_tables_english", "roster_guids", "attribute_rows"])
def test_a_strange_system_is_published_from_its_draft_alone(
    name: str, init: Callable[..., Drafted], tmp_path: Path
) -> None:
    """Persons of all kinds in one table; by a column of codes, by rows beside it, with attributes as rows."""
    drafted = pointed_at(STRANGERS[name], init, tmp_path)
    assert drafted.asked == ["is this what the marks mean? No mark at all protects, and so does every other"]
    types = drafted.dry_run()
    assert types["Person"]["withheld"] == PROTECTED
    created = {kind: counts["created"] for kind, counts in types.items()}
    assert created == {
        "Organisation": 3,
        "Person": PUPILS + STAFF - PROTECTED,
        "Group": 8 + 8,  # classes, and the groups that take a test
        "Duty": STAFF + 2,  # one works at three schools
        "Activity": 8,
    }
