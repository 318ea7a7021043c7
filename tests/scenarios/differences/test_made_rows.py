"""Rows that are joined, split, merged, or chosen by what stands elsewhere go by differences too."""

from __future__ import annotations

from typing import Any

import pytest
from support.nights import School, by_differences, told

from adapter.ss12000.types import ResourceType as R
from adapter.store.engine import Store, open_store


def test_of_rows_that_are_made_of_others_only_those_are_built_that_came_out_otherwise(
    school: School, store: Store, built: list[str]
) -> None:
    first, second = "  elever:  {key: guid, expect: {min_rows: 2}}\n", "  ad:      {key: pnr}\n"
    assert first + second in school.mapping
    made = "  ad: {key: pnr, merge: only}\n  elever: {with: {ad: {pnr: pnr}}, key: guid, merge: only}\n"
    school.mapping = school.mapping.replace(first + second, made)
    school.night(store)
    school.tables["ad"][3]["eppn"] = "ny3@edu.exempel.se"
    school.tables["elever"][0], school.tables["elever"][1] = school.tables["elever"][1], school.tables["elever"][0]
    school.export()
    built.clear()
    report = school.night(store, 1)
    assert by_differences(report)
    assert (report.types[R.PERSON].updated, report.types[R.PERSON].unchanged) == (1, 11)
    assert built.count("Person") == 2  # with the one who is protected, who is looked at every night


BEHIND = """\
  ad: {key: {column: pnr, as: personnummer}, keep: {till: {on_or_after: today, or: empty}}, merge: only}
  elever: {with: {ad: {pnr: pnr}}, key: guid, merge: only}
"""


def _marked_elsewhere(school: School) -> None:
    for pupil, account in zip(school.tables["elever"], school.tables["ad"], strict=True):
        account["till"] = ""
        account["skydd"] = pupil["skydd"] = ""  # so that nobody is looked at every night
    school.mapping = school.mapping.replace("{column: skydd, codes: skydd}", "{column: ad.skydd, codes: skydd}", 1)


def _can_be_read(school: School) -> None:
    school.tables["ad"][-2:] = []


def _has_no_date(school: School) -> None:
    school.tables["ad"][5]["till"] = "fel"


def _meets_another(school: School) -> None:
    school.tables["ad"][3]["eppn"] = school.tables["ad"][4]["eppn"]


def _has_a_sign(school: School) -> None:
    school.tables["elever"][3]["guid"] = f"{school.tables['elever'][3]['guid']}\u200b"


def _somebody_else_changes(school: School) -> None:
    school.tables["personal"][0]["efternamn"] = "Nygift"


def _lose_their_marks(school: School) -> None:
    del school.tables["ad"][2:]


@pytest.mark.parametrize(
    "nights",
    [
        [_has_a_sign],
        [_somebody_else_changes, _has_a_sign],
        [_can_be_read, _somebody_else_changes, _lose_their_marks],
        [_has_no_date, _meets_another],
    ],
)
def test_what_is_told_of_rows_that_others_are_made_of_is_told_again(
    school: School, store: Store, nights: list[Any]
) -> None:
    first, second = "  elever:  {key: guid, expect: {min_rows: 2}}\n", "  ad:      {key: pnr}\n"
    assert first + second in school.mapping
    school.mapping = school.mapping.replace(first + second, BEHIND).replace(
        "enrich: {ad: pnr}", "enrich: {ad: {column: pnr, as: personnummer}}"
    )
    _marked_elsewhere(school)
    for _ in range(2):  # nobody finds them, and they are one row when they are merged
        school.tables["ad"].append({"pnr": "okänt", "eppn": "", "till": "", "skydd": ""})
    whole = open_store("sqlite://")
    for day, change in enumerate([lambda school: None, *nights]):
        change(school)
        school.export()
        report = school.night(store, day)
        assert told(report) == told(school.night(whole, day, full=True))
        assert by_differences(report) == (day > 0)
    whole.close()


def test_rows_are_made_anew_when_what_their_others_look_into_has_changed(school: School, store: Store) -> None:
    ad = "  ad: {key: pnr, keep: {grupp: {found_in: {grupper: namn}, or: empty}}}\n"
    behind = "  elever: {with: {ad: {pnr: pnr}}, key: guid, merge: only}\n"
    first, second = "  elever:  {key: guid, expect: {min_rows: 2}}\n", "  ad:      {key: pnr}\n"
    school.mapping = school.mapping.replace(first + second, ad + behind).replace("    enrich: {ad: pnr}\n", "")
    for account in school.tables["ad"]:
        account["grupp"] = ""
    school.tables["ad"][3]["grupp"] = school.tables["grupper"][0]["namn"]
    school.export()
    whole = open_store("sqlite://")
    for day, name in enumerate([school.tables["grupper"][0]["namn"], "Nytt namn"]):
        school.tables["grupper"][0]["namn"] = name
        school.export()
        report = school.night(store, day)
        assert told(report) == told(school.night(whole, day, full=True))
        assert by_differences(report) == (day > 0)
    assert report.types[R.PERSON].kept == 1
    whole.close()
