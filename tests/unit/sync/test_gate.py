"""The change gate for organisers of any size: what a school of forty lives through, and what nobody does."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.settings import Gate
from adapter.ss12000.types import ResourceType as R
from adapter.store.changes import ChangeSet, Spool, Spooled
from adapter.sync.gate import contents
from adapter.sync.gate.contents import Contents
from adapter.sync.gate.limits import reasons


class Night(NamedTuple):
    """What changes of one type; `held`: a word of why, or "" where it passes."""

    what: str
    kind: R
    published: int
    deleted: int = 0
    updated: int = 0
    created: int = 0
    held: str = ""


NIGHTS = [
    # a school of forty
    Night("a second school", R.ORGANISATION, 1, created=1),
    Night("the only school is renamed", R.ORGANISATION, 1, updated=1),
    Night("the only school goes", R.ORGANISATION, 1, deleted=1, held="1 of 1 would be deleted"),
    Night("a class of three is renamed", R.GROUP, 1, deleted=1, created=1),
    Night("all four classes are renamed", R.GROUP, 4, deleted=4, created=4),
    Night("three of four classes go", R.GROUP, 4, deleted=3, held="3 of 4 would be deleted"),
    Night("a family moves away", R.PERSON, 40, deleted=3),
    Night("five pupils leave", R.PERSON, 40, deleted=5),
    Night("six pupils leave", R.PERSON, 40, deleted=6, held="6 of 40 would be deleted (15.0%)"),
    Night("half of the school is not exported", R.PERSON, 40, deleted=20, held="20 of 40"),
    Night("the school is emptied", R.PERSON, 40, deleted=40, held="40 of 40"),
    Night("a new class of twenty", R.PERSON, 40, created=20),
    Night("every surname changes", R.PERSON, 40, updated=40, held="40 of 40 would be updated"),
    Night("five of six of a tiny school go", R.PERSON, 6, deleted=5, held="5 of 6 would be deleted"),
    Night("the only teacher is replaced", R.DUTY, 1, deleted=1, created=1),
    # a municipality
    Night("one of thirty schools closes", R.ORGANISATION, 30, deleted=1),
    Night("four of thirty schools are missing", R.ORGANISATION, 30, deleted=4, held="4 of 30 would be deleted"),
    Night("one of five schools is missing", R.ORGANISATION, 5, deleted=1, held="1 of 5 would be deleted"),
    Night("five hundred pupils move", R.PERSON, 50_000, deleted=500, created=480, updated=900),
    Night("a tenth of the pupils goes", R.PERSON, 50_000, deleted=5_001, held="would be deleted (10.0%)"),
    Night("half of the pupils change", R.PERSON, 50_000, updated=25_001, held="would be updated"),
    Night("as many pupils again come", R.PERSON, 50_000, created=50_000, held="would be created"),
    Night("a first publication", R.PERSON, 0, created=50_000),
]


def why(night: Night, gate: Gate | None = None, subscribed: bool = True) -> list[str]:
    def some(count: int) -> list[Spooled]:
        return [Spooled(f"{n}", b"", 0, 0) for n in range(count)]

    with Spool() as spool:
        changes = ChangeSet(spool)
        found = changes.types[night.kind]
        found.published, found.created = night.published, some(night.created)
        found.updated = some(night.updated) if night.kind is not R.GROUP else []
        found.deleted = [f"x{n}" for n in range(night.deleted)]
        return reasons(gate or Gate(), changes, Contents(), set(), Counter, subscribed)


@pytest.mark.parametrize("night", NIGHTS, ids=lambda night: night.what)
def test_what_passes_and_what_is_held(night: Night) -> None:
    found = why(night)
    assert bool(found) == bool(night.held), found
    assert night.held in " ".join(found)


def test_until_somebody_subscribes_objects_may_come_and_change_as_they_like() -> None:
    """A mapping that published two persons at first, and thirty when it was mended."""
    mended = Night("mended", R.PERSON, 2, updated=2, created=28)
    assert why(mended, subscribed=False) == []
    assert why(mended) != []
    assert why(Night("emptied", R.PERSON, 40, deleted=40), subscribed=False) != []


def test_limits_of_100_percent_hold_nothing() -> None:
    gate = Gate.model_validate(dict.fromkeys(("max_deleted", "max_updated", "max_created"), "100%"))
    assert why(Night("all", R.PERSON, 40, deleted=40, updated=0, created=400), gate) != []  # ten times as many
    assert why(Night("all", R.PERSON, 40, deleted=40, created=40), gate) == []


@given(st.integers(1, 2000), st.data())
def test_a_type_never_shrinks_to_less_than_half_unseen(published: int, data: st.DataObject) -> None:
    deleted = data.draw(st.integers(0, published))
    created = data.draw(st.integers(0, published))
    night = Night(
        "any", data.draw(st.sampled_from([R.PERSON, R.DUTY, R.GROUP, R.ACTIVITY])), published, deleted, 0, created
    )
    if not why(night):
        assert (published - deleted + created) * 2 >= published


@given(st.integers(0, 5), st.integers(0, 20), st.integers(0, 20), st.integers(12, 2000))
def test_few_changes_hold_nothing(deleted: int, updated: int, created: int, published: int) -> None:
    assert why(Night("few", R.PERSON, published, deleted, updated, created)) == []


def test_a_group_that_loses_all_its_members_is_asked_for_though_it_is_deleted() -> None:
    body = orjson.dumps({"groupMemberships": [{"person": {"id": f"p{n}"}} for n in range(20)]})
    with Spool() as spool:
        changes = ChangeSet(spool)
        found = changes.types[R.GROUP]
        found.published, found.deleted = 100, ["g"]

        def held(withheld: set[str]) -> list[str]:
            inside = contents.read(changes, lambda kind, ids: dict.fromkeys(ids, body), withheld, {"g"})
            return reasons(Gate(), changes, inside, withheld, Counter, True)

        assert held(set()) == [
            "Group: 1 would lose more of their members than gate.max_members_removed allows (50%); the worst 100%"
        ]
        assert held({f"p{n}" for n in range(20)}) == []


def test_who_lets_every_object_change_lets_every_attribute_change() -> None:
    inside = Contents(Counter({(R.PERSON, "familyName"): 400}))
    with Spool() as spool:
        changes = ChangeSet(spool)
        changes.types[R.PERSON].published = 1000
        assert "familyName" in " ".join(reasons(Gate(), changes, inside, set(), Counter, True))
        opened = Gate.model_validate({"max_updated": "100%"})
        assert reasons(opened, changes, inside, set(), Counter, True) == []


@pytest.mark.parametrize(
    ("what", "few"), [("familyName", 5), ("emails.value", 20), ("moved", 5), ("renewed", 2), ("unit", 10)]
)
def test_so_many_change_in_a_small_school_and_one_more_is_held(what: str, few: int) -> None:
    def held(count: int) -> bool:
        inside = Contents()
        if what == "renewed":
            inside.renewed = {str(n): f"new {n}" for n in range(count)}
        elif what == "unit":
            inside.left["unit"] = count
        elif what == "moved":
            inside.attributes[R.PERSON, "middleName"] = inside.moved[(R.PERSON, "middleName"), "givenName"] = count
        else:
            inside.attributes[R.PERSON, what] = count
        with Spool() as spool:
            changes = ChangeSet(spool)
            changes.types[R.PERSON].published = 1000 if what == "moved" else 30
            return bool(reasons(Gate(), changes, inside, set(), Counter, True))

    assert (held(few), held(few + 1)) == (False, True)
