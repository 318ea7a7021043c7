"""What a draft says of tables: nothing that would leave somebody out unseen."""

from __future__ import annotations

import datetime as dt

from adapter.drafting.draft import draft
from adapter.drafting.guesses import Guess
from adapter.drafting.layout import Entry
from adapter.drafting.looking.samples import Sample, measured
from adapter.drafting.understanding.people import People
from adapter.drafting.understanding.tables import Table
from adapter.drafting.writing.choosing import of_kind
from adapter.drafting.writing.sources import Sources, View

TODAY = dt.date(2026, 11, 29)
SURE = Guess(95, "it is so")


def sample(name: str, **columns: list[str]) -> Sample:
    found = measured(list(columns), list(zip(*columns.values(), strict=True)), TODAY)
    found.source = found.table = name
    return found


def test_who_needs_all_rows_of_a_table_gets_them_though_another_keeps_some() -> None:
    table = Table(sample("anstallning", person=["1", "2"], slut=["", ""]))
    sources = Sources([table])
    sources.view(View("anstallning", table, keep=[Entry("slut", "empty")]))
    name = sources.plain(table)
    assert name != "anstallning"
    assert sources.named(name).keep == []


def test_rows_of_a_kind_that_nobody_knows_are_not_left_out() -> None:
    def kept(*words: str) -> list[Entry]:
        roles = Table(sample("tjanst", person=["1", "2", "3"] * 4, roll=[*words] * 4))
        people = Table(sample("folk", id=["1", "2", "3"], pnr=["201402092387", "198008172388", "197503112386"]))
        staff = People("staff", people, SURE, people.columns[0], SURE)
        return of_kind(roles, staff)

    assert [entry.value for entry in kept("elev", "personal", "elev")] == ["personal"]
    assert kept("elev", "personal", "zonterapeut") == []


def test_an_attribute_that_every_person_needs_is_asked_for_where_no_column_has_it() -> None:
    numbers = [f"20140{1 + n % 9}1{n % 9}238{n % 10}" for n in range(20)]
    pupils = sample("elever", id=[str(n) for n in range(20)], personnr=numbers, fornamn=["Alva", "Arvid"] * 10)
    text = draft([pupils], TODAY).text
    assert "familyName: id  # DECIDE: no column with family names was found" in text


def test_a_table_that_was_nearly_taken_is_shown() -> None:
    ids = [str(4000 + 37 * n) for n in range(20)]
    numbers = [f"20140{1 + n % 9}1{n % 9}238{n % 10}" for n in range(20)]
    units = ["31279295", "77181312"] * 10
    pupils = sample("elever", id=ids, personnr=numbers, fornamn=["Alva"] * 20, efternamn=["Ekmån"] * 20)
    told = {"elev_id": ids, "skolenhetskod": units, "skolform": ["GR"] * 20, "arskurs": ["6"] * 20}
    text = draft([pupils, sample("placeringar", **told), sample("placeringar_kopia", **told)], TODAY).text
    assert (
        "placeringar: {}  # guess 95 %: enrolments, by its name and its columns; 20 rows; or: placeringar_kopia" in text
    )
