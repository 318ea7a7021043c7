"""Where it is told which school a pupil goes to, and where staff work: of all places the one that most speaks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from adapter.drafting.guesses import Guess
from adapter.drafting.understanding import vocabulary
from adapter.drafting.understanding.bands import Band, Bridge, bridges
from adapter.drafting.understanding.links import WORDS, Link
from adapter.drafting.understanding.people import People
from adapter.drafting.understanding.picture import Picture, Standing
from adapter.drafting.understanding.tables import Found, Table
from adapter.drafting.understanding.units import UnitReference
from adapter.mapping.synonyms import plain

_ENROLMENTS = r"inskriv|placering|plac|enrol|enrl|studie|skolgang"
_WORK = r"tjanst|befattning|dut(y|ies)|anstallning|employ|ansvar|post|assign|asgn|position"
_MENTOR = r"mentor|tutor|ansvar|klassf|forest|chef|manager|head"
_SAYS = {"schoolType": 2.0, "schoolYear": 1.5, "educationCode": 1.0, "from": 0.5, "to": 0.5}
_OWN_ROW = 4.5  # what speaks for a row of one's own: all stand there, and nobody else
_MOST_OF_THEM = 0.8
_CLOSE = 1.5  # log-odds: nearer runners-up are shown


@dataclass(frozen=True)
class Place:
    """`person`: the column that names somebody, where it is not their own row. `others`: what was nearly taken."""

    table: Table
    unit: UnitReference
    score: float
    person: Link | None = None
    bridge: Bridge | None = None  # where only the groups that somebody is in tell the unit
    band: Band | None = None
    others: tuple[str, ...] = ()

    def said(self, guess: Guess) -> Guess:
        """With what was nearly taken."""
        return replace(guess, others=self.others)

    @property
    def is_named(self) -> bool:
        """Whether the table is called what it is taken for."""
        return self.table.called(f"{_ENROLMENTS}|{_WORK}")


def classes_of(picture: Picture, pupils: People, bands: Mapping[str, Band]) -> Link | None:
    """How a pupil's own row names the class, where there is a table of classes."""
    band = bands.get("classes")
    if band is None or band.table is pupils.table:
        return None
    return picture.links.to(pupils.table, band.table, band.keys, WORDS["groups"], to_few=True)


def enrolled(picture: Picture, pupils: People, bands: Mapping[str, Band]) -> Place | None:
    """Where a pupil's school is told: a table of it, their own row, or the groups that they are in."""
    told = [*_enrolments(picture, pupils, bands), *_own_enrolments(picture, pupils, classes_of(picture, pupils, bands))]
    return _best(told) or next(_by_groups(picture, pupils, bands.values()), None)


def working(picture: Picture, staff: People, bands: Mapping[str, Band]) -> Place | None:
    """Where staff's work is told: a table of it, their own row, or the groups that they teach."""
    told = [*_work(picture, staff, [band.table for band in bands.values()]), *_own_work(picture, staff)]
    return _best(told) or next(_by_groups(picture, staff, reversed(list(bands.values()))), None)


def role_in(table: Table, staff: People) -> Found | None:
    """What staff do, by a column of their own; what only tells them from pupils does not tell it."""
    found = table.find("dutyRole")
    if staff.role is None or (found and found.column is not staff.role):
        return found
    return Found(staff.role, staff.guess) if any(map(vocabulary.duty_role, staff.words)) else None


def _best(places: Iterable[Place]) -> Place | None:
    ranked = sorted(places, key=lambda place: -place.score)
    if not ranked:
        return None
    best = ranked[0]
    others = {place.table.source: None for place in ranked[1:] if place.score > best.score - _CLOSE}
    return replace(best, others=tuple(name for name in others if name != best.table.source))


def _standing(picture: Picture, who: People) -> Iterator[tuple[Table, Standing, UnitReference]]:
    """Tables that name these persons and a unit, each in a column of its own."""
    for table in picture.tables:
        if table in picture.tables_of_people or table is picture.units.own_table:
            continue
        standing, unit = picture.standing(table, who), picture.units.reference(table)
        if standing and unit and not standing.link.is_list and standing.link.column.name not in unit.columns:
            yield table, standing, unit


def _enrolments(picture: Picture, pupils: People, bands: Mapping[str, Band]) -> Iterator[Place]:
    for table, standing, unit in _standing(picture, pupils):
        says = _says(table)
        if says or unit.columns:
            score = says + table.called(_ENROLMENTS) + 2 * standing.of_kind + 3 * standing.current
            score -= (not unit.columns) + 1.5 * _names_groups(picture, table, bands)
            yield Place(table, unit, score, standing.link)


def _says(table: Table) -> float:
    """How much of an enrolment stands there."""
    known = {meaning: found for meaning in _SAYS if (found := table.find(meaning)) and found.column.filled}
    return sum(_SAYS[meaning] for meaning in known)


def _names_groups(picture: Picture, table: Table, bands: Mapping[str, Band]) -> bool:
    """Whether its rows say which group somebody is in, so that a pupil has several."""
    return any(picture.links.to(table, band.table, band.keys, WORDS["groups"]) for band in bands.values())


def _own_enrolments(picture: Picture, pupils: People, classes: Link | None) -> Iterator[Place]:
    """The pupil's own row, or the class that it names."""
    table = pupils.table
    if unit := picture.units.reference(table):
        yield Place(table, unit, _OWN_ROW + _says(table) - (not unit.columns))
    elif classes and (unit := picture.units.reference(classes.table)):
        yield Place(classes.table, unit, _OWN_ROW + max(_says(table), _says(classes.table)))


def _work(picture: Picture, staff: People, groups: Sequence[Table]) -> Iterator[Place]:
    for table, standing, unit in _standing(picture, staff):
        named, role = table.called(_WORK), table.find("dutyRole")
        if unit.is_list or not (named or role is not None or standing.current > _MOST_OF_THEM):
            continue
        score = min(3.5, 0.4 * role.score) if role else 0.0
        score += 1.5 * named + 2 * standing.of_kind + 3 * standing.current + bool(unit.columns)
        score -= 3 * (table in groups)  # whose mentor or teacher somebody is
        score -= 2 * (re.search(_MENTOR, plain(standing.link.column.name)) is not None)
        yield Place(table, unit, score, standing.link)


def _own_work(picture: Picture, staff: People) -> Iterator[Place]:
    if unit := picture.units.reference(staff.table):
        yield Place(staff.table, unit, _OWN_ROW + 2.5 * bool(role_in(staff.table, staff)))


def _by_groups(picture: Picture, who: People, bands: Iterable[Band]) -> Iterator[Place]:
    """At the units of the groups that they are in, or that they teach."""
    for band in bands:
        unit = picture.units.reference(band.table)
        for bridge in bridges(picture, who, band.table, band.keys) if unit and unit.columns else ():
            if unit:
                yield Place(band.table, unit, 0, bridge.person, bridge, band)
