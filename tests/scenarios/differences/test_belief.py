"""What is kept of a run is believed only while it is true, and tells nobody whose rows it was."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from support import any_night, small_school
from support.nights import DAY, School, by_differences
from support.small_school import NOW, OPEN_GATE, Rows

from adapter.ss12000.types import ResourceType as R
from adapter.store import keepsake, publish, schema
from adapter.store.engine import Store, open_store
from adapter.sync.differences import keeping
from adapter.sync.differences.night import Night
from adapter.sync.run import sync
from connectors.base import Batch
from connectors.csv.connector import CsvConnector


def test_no_cell_of_a_row_is_kept(school: School, store: Store) -> None:
    school.night(store)
    with store.reading() as connection:
        bodies = b"".join(connection.execute(sa.select(schema.keepsake.c.body)).scalars())
    words = {word for row in school.tables["elever"] for word in row.values() if word and len(word) > 8}
    words |= {word for row in school.tables["ad"] for word in row.values() if word}
    words.discard(small_school.UNIT)
    assert bodies
    assert not [word for word in words if word.encode() in bodies]


@pytest.mark.long
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
    assert [finding.code for finding in report.findings.kept] == ["M348"]
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
    codes = [sorted(finding.code for finding in one.findings.kept) for one in (before, report)]
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


def test_a_list_that_stands_in_a_source_is_for_all_rows(tmp_path: Path, store: Store) -> None:
    school = any_night.School(random.Random(7))
    sync(store, small_school.inputs(school.copied(), any_night.MAPPING, **OPEN_GATE))
    school.tables["ord"] = [{"ord": "vakt", "roll": "Rektor"}]
    report = sync(store, small_school.inputs(school.copied(), any_night.MAPPING, NOW + DAY, **OPEN_GATE))
    assert report.whole_because == "the code list ord has changed"
