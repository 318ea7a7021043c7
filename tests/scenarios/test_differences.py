"""A night that builds only what differs comes to what a whole run comes to, and builds little."""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support import any_night, small_school
from support.any_mapping import COLUMNS, mappings
from support.mapping import compiled
from support.nights import DAY, School, pupil_id, told
from support.small_school import NOW, OPEN_GATE, TODAY, Rows

from adapter.ss12000.types import ResourceType as R
from adapter.store import keepsake, publish, schema
from adapter.store.engine import Store, open_store
from adapter.sync.differences import keeping
from adapter.sync.differences.night import Night
from adapter.sync.inputs import Options
from adapter.sync.report import Report
from adapter.sync.run import sync
from adapter.sync.stage import Stage
from connectors.base import Batch
from connectors.csv_file import CsvConnector
from connectors.sql import SqlConnector, SqlOptions


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The types of the rows that are built."""
    found: list[str] = []
    take = Stage.take

    def counted(self: Stage, *arguments: Any) -> Any:
        found.append(str(self.kind))
        return take(self, *arguments)

    monkeypatch.setattr(Stage, "take", counted)
    return found


def by_differences(report: Report) -> bool:
    return 0 < report.whole_at < report.started and not report.unchanged_since


# -- the same --------------------------------------------------------------------------------------------------

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


# -- little ----------------------------------------------------------------------------------------------------


def test_of_a_changed_row_only_its_object_is_built(school: School, store: Store, built: list[str]) -> None:
    school.night(store)
    school.tables["elever"][3]["efternamn"] = "Nygift"
    school.export()
    built.clear()
    report = school.night(store, 1)
    assert by_differences(report)
    assert (report.types[R.PERSON].updated, report.types[R.PERSON].unchanged) == (1, 11)
    assert built.count("Person") == 2  # with the one who is protected, who is looked at every night


def test_a_pupil_who_leaves_is_looked_for_where_they_were(school: School, store: Store, built: list[str]) -> None:
    school.night(store)
    gone = pupil_id(school, 3)
    del school.tables["elever"][3]
    school.export()
    built.clear()
    report = school.night(store, 1)
    assert by_differences(report)
    assert report.types[R.PERSON].deleted == 1
    assert report.types[R.GROUP].updated == len({"their class", "the group that takes a test"})
    assert built.count("Duty") == 0
    assert gone not in str(publish.documents(store))


def test_a_database_is_read_and_only_what_differs_is_built(tmp_path: Path, store: Store, built: list[str]) -> None:
    tables = small_school.tables()
    connectors = {name: _table(tmp_path, name, rows) for name, rows in tables.items()}
    made = replace(small_school.inputs({}, **OPEN_GATE), connectors=connectors)
    sync(store, made)
    with sqlite3.connect(tmp_path / "sis.db") as database:
        database.execute("UPDATE elever SET efternamn = 'Nygift' WHERE fornamn = 'Elev3'")
    database.close()
    built.clear()
    report = sync(store, replace(made, clock=lambda: NOW + DAY))
    assert by_differences(report)
    assert report.types[R.PERSON].updated == 1
    assert built.count("Person") < 4


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


def _table(folder: Path, name: str, rows: list[dict[str, Any]]) -> SqlConnector:
    with sqlite3.connect(folder / "sis.db") as database:
        database.execute(f"CREATE TABLE {name} ({', '.join(rows[0])})")
        marks = ", ".join("?" for _ in rows[0])
        database.executemany(f"INSERT INTO {name} VALUES ({marks})", [tuple(row.values()) for row in rows])
    database.close()
    return SqlConnector(name, SqlOptions.model_validate({"url": f"sqlite:///{folder}/sis.db", "table": name}))


# -- never believed --------------------------------------------------------------------------------------------


def test_no_cell_of_a_row_is_kept(school: School, store: Store) -> None:
    school.night(store)
    with store.reading() as connection:
        bodies = b"".join(connection.execute(sa.select(schema.keepsake.c.body)).scalars())
    words = {word for row in school.tables["elever"] for word in row.values() if word and len(word) > 8}
    words |= {word for row in school.tables["ad"] for word in row.values() if word}
    words.discard(small_school.UNIT)
    assert bodies
    assert not [word for word in words if word.encode() in bodies]


def test_what_is_kept_is_not_believed_when_one_byte_of_it_has_changed(school: School, store: Store) -> None:
    school.night(store)
    with store.reading() as connection:
        names = list(connection.execute(sa.select(schema.keepsake.c.name)).scalars())
    school.tables["elever"][3]["efternamn"] = "Nygift"
    school.export()
    assert by_differences(school.night(store, 1))
    for number, name in enumerate(names):
        body = keepsake.Bodies(store)(name)
        if not body:
            continue
        other = bytes([body[len(body) // 2] ^ 1])
        damaged = body[: len(body) // 2] + other + body[len(body) // 2 + 1 :]
        with store.writing() as connection:
            connection.execute(sa.update(schema.keepsake).where(schema.keepsake.c.name == name).values(body=damaged))
        school.tables["elever"][3]["efternamn"] = f"Berg{chr(97 + number % 26)}{chr(97 + number // 26)}"
        school.export()
        report = school.night(store, 1)
        assert report.types[R.PERSON].updated == 1, name


def test_a_run_that_was_killed_when_it_had_published_leaves_nothing_to_go_by(
    school: School, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.night(store)
    before = publish.documents(store)
    mine = school.tables["elever"][3]["efternamn"]
    school.tables["elever"][3]["efternamn"] = "Nygift"
    school.export()
    with monkeypatch.context() as killed:
        killed.setattr(keepsake, "write", _killed)
        with pytest.raises(KeyboardInterrupt):
            school.night(store, 1)
    assert publish.documents(store) != before
    school.tables["elever"][3]["efternamn"] = mine
    school.export()
    report = school.night(store, 1)
    assert not by_differences(report)
    assert publish.documents(store) == before


def _killed(*whatever: object) -> None:
    raise KeyboardInterrupt


def test_a_night_on_which_much_is_different_is_whole(tmp_path: Path, store: Store) -> None:
    school = any_night.School(random.Random(1), pupils=150)
    made = small_school.inputs(school.copied(), any_night.MAPPING, **OPEN_GATE)
    sync(store, made)
    for row in school.tables["elever"][::4]:
        row["efternamn"] = "Nygift"
    report = sync(store, small_school.inputs(school.copied(), any_night.MAPPING, NOW + DAY, **OPEN_GATE))
    assert report.whole_because == "more than a fifth of elever is different"


def test_once_a_week_both_ways_are_gone_and_must_come_to_the_same(
    school: School, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights = []
    for day in range(9):
        school.tables["elever"][3]["efternamn"] = f"Berg{chr(97 + day)}"
        school.export()
        report = school.night(store, day)
        assert not report.findings.total
        nights.append(by_differences(report))
    assert nights == [False, *[True] * 6, False, True]

    monkeypatch.setattr(Night, "fills", lambda *whatever: None)  # so that rows that have come are not seen
    school.tables["ad"][3]["eppn"] = "ny@edu.exempel.se"
    school.export()
    assert school.night(store, 14).types[R.PERSON].updated == 1
    monkeypatch.setattr(keeping, "may_be_gone_by", lambda *whatever: False)
    school.tables["ad"][4]["eppn"] = "nyare@edu.exempel.se"
    school.export()
    report = school.night(store, 15)
    assert [issue.code for issue in report.findings.issues] == ["M348"]
    assert report.types[R.PERSON].updated == 1


def _spans_lines(school: School) -> None:
    school.tables["elever"][3]["vardnadshavare"] = "En\nrad"


def _ends_otherwise(school: School) -> None:
    path = school.folder / "elever.csv"
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\r"))


def _is_read_otherwise(school: School) -> None:
    path = school.folder / "elever.csv"
    path.write_bytes(path.read_text(encoding="utf-8").replace("Elev5", "Å5").encode("cp1252"))


@pytest.mark.parametrize("change", [_spans_lines, _ends_otherwise, _is_read_otherwise])
def test_a_file_whose_rows_are_not_simply_its_lines_any_more_is_read_whole(
    school: School, store: Store, change: Any
) -> None:
    school.night(store)
    change(school)
    if change is _spans_lines:
        school.export()
    whole = open_store(f"sqlite:///{school.folder}/whole.db")
    report = school.night(store, 1)
    assert not by_differences(report)
    school.night(whole, 1)
    assert publish.documents(store) == publish.documents(whole)
    whole.close()


def test_a_file_that_came_after_it_was_looked_at_is_not_taken_for_last_nights(
    school: School, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.night(store)
    school.tables["elever"][3]["efternamn"] = "Nygift"
    school.export()
    real = CsvConnector.open

    def late(self: CsvConnector) -> Any:
        if self.name == "ad" and school.tables["ad"][0]["eppn"] != "e999@edu.exempel.se":
            for number, row in enumerate(school.tables["ad"]):
                row["eppn"] = f"e{999 - number}@edu.exempel.se"
            lines = [";".join(map(str, row.values())) for row in school.tables["ad"]]
            (school.folder / "ad.csv").write_text("\n".join(["pnr;eppn", *lines]), encoding="utf-8")
        return real(self)

    with monkeypatch.context() as exporting:
        exporting.setattr(CsvConnector, "open", late)
        report = school.night(store, 1)
    assert not by_differences(report)
    persons = publish.documents(store)[R.PERSON].values()
    names = {name for person in persons for name in person["eduPersonPrincipalNames"]}
    assert {f"e{999 - n}@edu.exempel.se" for n in range(11)} <= names


def test_a_file_whose_rows_never_were_its_lines_is_read_whole_every_night(school: School, store: Store) -> None:
    school.tables["elever"][3]["guid"] = "en\nrad"  # of which the second line looks like a row
    school.export()
    school.night(store)
    school.tables["elever"][5]["efternamn"] = "Nygift"
    school.export()
    report = school.night(store, 1)
    assert not by_differences(report)
    assert (report.types[R.PERSON].read, report.types[R.PERSON].updated) == (14, 1)


def test_that_nothing_is_found_in_a_second_source_is_told_on_the_next_night_too(school: School, store: Store) -> None:
    for number, row in enumerate(school.tables["ad"]):
        row["pnr"] = f"x{number}"
    school.export()
    before = school.night(store)
    school.tables["elever"][3]["efternamn"] = "Nygift"
    school.export()
    report = school.night(store, 1)
    codes = [sorted(issue.code for issue in one.findings.issues) for one in (before, report)]
    assert "M343" in codes[0]
    assert codes[0] == codes[1]


class Live(Rows):
    """A database in use: each reading may find other rows, in another order."""

    def __init__(self, rows: list[dict[str, str | None]], becomes: Any) -> None:
        super().__init__(rows)
        self._becomes, self.readings = becomes, 0

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        if self.readings:
            self._becomes(self.rows)
        self.readings += 1
        yield from super().batches(columns)


def test_rows_of_a_database_that_come_in_another_order_are_not_mixed_up(store: Store) -> None:
    tables: dict[str, Any] = small_school.tables()
    small_school.night(store, tables, **OPEN_GATE)
    before = publish.documents(store)
    tables["tjanst"].append({"anst": "72", "kod": small_school.UNIT, "roll": "Lärare"})  # who is looked at second
    live = tables | {"personal": Live(tables["personal"], list.reverse)}
    report = small_school.night(store, live, now=NOW + DAY, **OPEN_GATE)
    assert by_differences(report)
    assert live["personal"].readings == 1
    after = publish.documents(store)[R.PERSON]
    assert before[R.PERSON].items() <= after.items()
    assert {values["givenName"] for key, values in after.items() if key not in before[R.PERSON]} == {"Lärare2"}


def test_a_database_that_changes_between_the_two_ways_is_no_contradiction(store: Store) -> None:
    tables: dict[str, Any] = small_school.tables()
    small_school.night(store, tables, **OPEN_GATE)
    live = tables | {"ad": Live(tables["ad"], lambda rows: rows[0].update(eppn="ny@edu.exempel.se"))}
    report = small_school.night(store, live, now=NOW + 8 * DAY, **OPEN_GATE)
    assert live["ad"].readings == 2
    assert report.types[R.PERSON].updated == 1
    assert not report.findings.total


# -- what more has to be looked at -----------------------------------------------------------------------------


def _gets_a_duty(school: School) -> None:
    school.tables["tjanst"].append({"anst": "72", "kod": small_school.UNIT, "roll": "Lärare"})


def _takes_the_user_name_of_another(school: School) -> None:
    school.tables["ad"][2]["eppn"] = school.tables["ad"][5]["eppn"]


def _has_a_second_row_further_up(school: School) -> None:
    school.tables["elever"].insert(0, {**school.tables["elever"][5], "efternamn": "Annan"})


def _shares_a_key(school: School) -> None:
    school.tables["grupper"].append({**school.tables["grupper"][1], "prov": "GRGRSVE01_6"})


def _moves_to_another_school(school: School) -> None:
    school.tables["grupper"][0]["kod"] = "11111111"


ACTIVITY = """\
Activity:
  from: prov
  id: {uuid5: grupp}
  fields:
    displayName: namn
    organisation: {ref: Organisation, via: kod}
    groups: {list: [{ref: Group, of: grupper, via: grupp}]}
    parentActivity: {ref: test_activity, via: prov}
"""


@pytest.mark.parametrize(
    "change",
    [
        _gets_a_duty,
        _takes_the_user_name_of_another,
        _has_a_second_row_further_up,
        _shares_a_key,
        _moves_to_another_school,
    ],
)
def test_who_is_concerned_by_others_is_looked_at_too(school: School, store: Store, change: Any) -> None:
    school.mapping = school.mapping[: school.mapping.index("Activity:")] + ACTIVITY
    of_a_test = {"grupp": "g1", "namn": "Matematik", "kod": small_school.UNIT, "prov": "GRGRMAT01_6"}
    school.tables["prov"] = [of_a_test]  # type: ignore[list-item]
    school.export()
    whole = open_store(f"sqlite:///{school.folder}/whole.db")
    school.night(whole)
    assert school.night(store).types[R.ACTIVITY].created == 1
    change(school)
    school.export()
    found = school.night(store, 1)
    assert by_differences(found)
    assert told(found) == told(school.night(whole, 1, full=True))
    assert publish.documents(store) == publish.documents(whole)
    whole.close()


def test_a_list_that_stands_in_a_source_is_for_all_rows(tmp_path: Path, store: Store) -> None:
    school = any_night.School(random.Random(7))
    sync(store, small_school.inputs(school.copied(), any_night.MAPPING, **OPEN_GATE))
    school.tables["ord"] = [{"ord": "vakt", "roll": "Rektor"}]
    report = sync(store, small_school.inputs(school.copied(), any_night.MAPPING, NOW + DAY, **OPEN_GATE))
    assert report.whole_because == "the code list ord has changed"
