"""The views of tables that several rules need: members, teachers, groups of one kind, those that take a test."""

from __future__ import annotations

from dataclasses import replace

from adapter.drafting.guesses import Guess
from adapter.drafting.layout import EMPTY, Entry, Flow, one_of
from adapter.drafting.understanding.bands import Band, Bridge
from adapter.drafting.understanding.links import converted
from adapter.drafting.understanding.national_tests import Tests
from adapter.drafting.understanding.people import SUFFIX, People
from adapter.drafting.writing import keeping
from adapter.drafting.writing.choosing import chosen
from adapter.drafting.writing.desk import Desk
from adapter.drafting.writing.sources import View


def current(desk: Desk, bridge: Bridge) -> list[Entry]:
    """Which rows of a bridge count: of these persons, now."""
    said = keeping.current(bridge.table, desk.codes)
    if bridge.role is None:
        return said
    role, words = bridge.role
    return [Entry(role.name, one_of(words), role.guess.note), *said]


def joined(desk: Desk, bridge: Bridge, who: People, people: str, band: Band | None = None) -> View | None:
    """A bridge beside what it leads to: those persons alone, and the groups' columns where a band is given.

    None where neither is needed.
    """
    sources, link = desk.sources, bridge.group
    tables: dict[str, Flow] = {}
    keep = current(desk, bridge)
    if (
        who.selection is not None and bridge.role is None
    ):  # pupils and staff stand in one table, and both are named here
        tables[people] = {bridge.person.target.name: bridge.person.via()}
        keep.append(Entry(f"{people}.{bridge.person.target.name}", {"not": EMPTY}))
    if band is not None:
        name = source(desk, band)
        tables[name] = {link.target.name: link.via()}
        keep.append(Entry(f"{name}.{link.target.name}", {"not": EMPTY}))
        keep += [replace(entry, key=f"{name}.{entry.key}") for entry in band.keep if not band.is_asked]
    if not tables:
        return None
    suffix = SUFFIX[who.kind] + ("_grupper" if band else "")
    return sources.view(View(f"{bridge.table.source}_{suffix}", bridge.table, keep=keep, joined=tables))


def source(desk: Desk, band: Band) -> str:
    """What the mapping calls a table of groups: the table, or a view of those that are of this kind."""
    note = Guess(95, f"unique in {band.key.looked} rows").note if band.key.unique else band.guess.note
    if not band.is_asked:
        return desk.sources.keyed(band.table, desk.key(band.key), note)
    name = f"{band.table.source}_{'klasser' if band.kind == 'classes' else 'grupper'}"
    return desk.sources.view(View(name, band.table, desk.key(band.key), note, band.keep)).name


def rows_of(desk: Desk, band: Band, who: People, suffix: str) -> str:
    """Pupils' or staff's rows that tell of a group, as a view."""
    keep = [*chosen(desk, who), Entry(band.key.name, {"not": EMPTY}), *keeping.school_types(
        band.table.find("schoolType"), desk.codes
    )]  # fmt: skip
    return desk.sources.view(View(f"{band.table.source}_{suffix}", band.table, keep=keep)).name


def takes_a_test(desk: Desk, tests: Tests) -> list[Entry]:
    """`keep` for groups that take a test."""
    table, test, link = tests.table, tests.test, tests.link
    if table is None or test is None:
        return []
    if link is None:
        return [Entry(test.name, {"not": EMPTY}, test.guess.note)]
    desk.sources.taken(table, "which group takes which test", Guess(link.guess.percent, test.guess.why))
    condition: dict[str, Flow] = {"found_in": {table.source: converted(link.column.name, link.form)}}
    if link.form:
        condition["as"] = link.form
    return [Entry(link.target.name, condition, link.guess.note)]
