"""Which groups of pupils there are: tables of classes and teaching groups, or values on pupils' rows.

A band is a set of groups that one rule of the mapping makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from adapter.drafting.guesses import DECIDE, Guess
from adapter.drafting.layout import EMPTY, Entry, Flow, one_of, quoted
from adapter.drafting.looking.samples import Column
from adapter.drafting.understanding import units, vocabulary
from adapter.drafting.understanding.holding import holds
from adapter.drafting.understanding.links import WORDS, Link, converted
from adapter.drafting.understanding.people import People
from adapter.drafting.understanding.picture import Picture, Standing, unique_columns
from adapter.drafting.understanding.tables import Found, Table
from adapter.mapping.synonyms import plain

_CLASSES = r"klass|class|cls|homeroom|avdelning|basgrupp"
_GROUPS = r"grupp|group|grp|section|undervisning|kurs|course"
_TOLD = 4.0  # log-odds
_NO_TABLE_OF_GROUPS = 3  # columns: too few to tell what a group is called and where it is
_NEARLY_ALL, _APART = 0.8, 1.05  # of the groups: that one table names, that both do together
_IN_ONE = 1.2  # classes of a pupil, on average
_ENOUGH = 0.5
_SIDE_TABLES = r"mentor|medlem|member|elevgrupp|larare|teacher|prov|test|enrol|inskriv"
KINDS = {"classes": "Klass", "groups": "Undervisning"}


@dataclass(frozen=True)
class Band:
    """Classes or teaching groups. `key`: what others point to; `by`: values that make a group, where no table does."""

    kind: str
    table: Table
    guess: Guess
    key: Column
    keep: list[Entry] = field(default_factory=list)  # which rows are of this kind
    by: tuple[str, ...] = ()
    of_rows: bool = False  # whether pupils' rows tell of them, several of each
    bridge: Bridge | None = None  # where classes and teaching groups in one table have tables of pupils of their own
    person: Link | None = None  # how rows of another table that tell of them name the pupil

    @property
    def is_asked(self) -> bool:
        """Whether only people can tell which rows are of this kind: asked once, in a view."""
        return any(DECIDE in entry.note for entry in self.keep)

    @property
    def word(self) -> str:
        """The standard's."""
        return KINDS[self.kind]

    @property
    def keys(self) -> list[Column]:
        """What others may call a group by: its key first."""
        return [self.key, *(column for column in unique_columns(self.table) if column is not self.key)]


@dataclass(frozen=True)
class Bridge:
    """Rows that name a person and a group; `role`: which of them, where both pupils and staff are named."""

    table: Table
    person: Link
    group: Link
    score: float
    role: tuple[Found, tuple[str, ...]] | None = None

    @property
    def guess(self) -> Guess:
        """How sure it is that its rows say who belongs to which group."""
        return self.person.named_guess & self.group.named_guess


def bands(picture: Picture) -> dict[str, Band]:
    """Classes and teaching groups, as far as they can be told."""
    found: dict[str, tuple[float, Band]] = {}
    for table in picture.tables:
        for score, band in _of_table(picture, table):
            if band.kind not in found or score > found[band.kind][0]:
                found[band.kind] = score, band
    known = {kind: found[kind][1] for kind in KINDS if kind in found}
    pupils = picture.pupils
    for kind in KINDS if pupils else ():
        if pupils and kind not in known and (of_values := _of_values(picture, pupils, kind)):
            known[kind] = of_values
    return {kind: known[kind] for kind in KINDS if kind in known}


def _of_table(picture: Picture, table: Table) -> Iterator[tuple[float, Band]]:
    """A table of groups: something unique in it that rows with pupils point to."""
    keys = unique_columns(table)
    pupils = picture.pupils
    if not keys or pupils is None or table in picture.tables_of_people or table is picture.units.own_table:
        return
    if picture.person(table, pupils) or table.has("civicNo") or table.has("eppn") or table.called(_EVENTS):
        return
    if (subject := table.find("subject")) and subject.column is keys[0]:
        return
    own = picture.links.to(pupils.table, table, keys, WORDS["groups"], to_few=True)
    all_bridges = list(bridges(picture, pupils, table, keys))
    bridge = all_bridges[0] if all_bridges else None
    unit = picture.units.reference(table)
    named = table.called(f"{_CLASSES}|{_GROUPS}") and not table.called(_SIDE_TABLES)
    score = 3 * named + 3 * bool(own) + 3 * bool(bridge) + bool(unit and unit.columns) + table.has("schoolType")
    score += bool(table.find("name", "class", "group"))
    pointed_at = max([link.share for link in (own, bridge.group if bridge else None) if link], default=0.0)
    if (
        score < 3
        or (not named and table.called(units.NAMED))
        or (not named and _is_about_groups(picture, table, pointed_at))
    ):
        return
    why = " and ".join(
        words
        for words, holds in (
            ("by its name", named),
            (f"{own.column.name if own else ''} of {pupils.table.source} points to it", own),
            (f"{bridge.table.source if bridge else ''} points to it", bridge),
        )
        if holds
    )
    guess = Guess(min(95, 70 + 5 * score), why)
    if parts := _parts(picture, all_bridges):
        for kind, each in parts.items():
            yield score + 3, Band(kind, table, guess, keys[0], [_found_in(each)], bridge=each)
        return
    for kind, likely, keep in _kinds(picture, table, own, bridge):
        yield score + likely, Band(kind, table, guess, keys[0], keep)


def _is_about_groups(picture: Picture, table: Table, pointed_at: float) -> bool:
    """Whether its rows say something of groups that stand elsewhere: who teaches them, which test they take."""
    if table.has("test") and pointed_at < _NEARLY_ALL:
        return True
    names_staff = picture.staff is not None and picture.person(table, picture.staff) is not None
    return len(table.columns) <= _NO_TABLE_OF_GROUPS and (names_staff or table.has("test"))


def _parts(picture: Picture, found: list[Bridge]) -> dict[str, Bridge]:
    """Classes and teaching groups in one table, told apart by which of two tables names their pupils."""
    first = next(iter(found), None)
    for other in found[1:] if first else ():
        assert first is not None
        shares = [picture.links.overlap(one.group.target, one.group.column) for one in (first, other)]
        if max(shares) < _NEARLY_ALL and sum(shares) <= _APART and first.group.target is other.group.target:
            classes, groups = sorted((first, other), key=lambda one: _groups_of_each(picture, one))
            if _groups_of_each(picture, classes) < _IN_ONE < _groups_of_each(picture, groups):
                return {"classes": classes, "groups": groups}
    return {}


def _found_in(bridge: Bridge) -> Entry:
    link = bridge.group
    condition: dict[str, Flow] = {"found_in": {bridge.table.source: converted(link.column.name, link.form)}}
    if link.form:
        condition["as"] = link.form
    return Entry(link.target.name, condition, Guess(85, f"those whose pupils {bridge.table.source} names").note)


def _kinds(
    picture: Picture, table: Table, own: Link | None, bridge: Bridge | None
) -> Iterator[tuple[str, float, list[Entry]]]:
    """Which kinds of groups stand in a table, how likely, and the condition that tells them apart."""
    kind = table.find("groupKind")
    tell = vocabulary.flagged_kind if kind and "class" in kind.name.casefold() else vocabulary.group_kind
    known = {text: tell(kind.column.meant(text)) for text in sorted(kind.column.words)} if kind else {}
    words = {name: [text for text, m in known.items() if m and m.word == word] for name, word in KINDS.items()}
    if kind and any(words.values()):
        for name in KINDS:
            if mine := words[name]:
                yield name, 3.0, [Entry(kind.name, one_of(mine), kind.guess.note)]
    elif prefixed := next((column for column in table.columns if column.unique and column.prefixes), None):
        for name in KINDS:
            yield name, 0.0, [_by_prefix(prefixed, name)]
    else:
        weight = _is_of_classes(picture, table, own, bridge)
        yield "classes" if weight > 0 else "groups", abs(weight), []


def _is_of_classes(picture: Picture, table: Table, own: Link | None, bridge: Bridge | None) -> float:
    """Log-odds that a table is of classes and not of teaching groups: a pupil is in one, and it is called 6B."""
    weight = 2.0 * table.called(_CLASSES) - 2.0 * table.called(_GROUPS)
    if own is not None and not own.is_list:
        weight += 2.0
    elif bridge is not None and (each := _groups_of_each(picture, bridge)):
        weight += 2.0 if each < _IN_ONE else -2.0
    named = table.find("class", "name")
    if named and named.column.share("class") > _ENOUGH:
        weight += 1.5
    return weight - 0.5 * table.has("subject") or -0.1


def _groups_of_each(picture: Picture, bridge: Bridge) -> float:
    """How many groups a pupil is in today."""
    now = holds(bridge.table, picture.today)
    pairs = np.stack([bridge.person.column.cells, bridge.group.column.cells])
    pairs = np.unique(pairs if now is None else pairs[:, now], axis=1)
    pairs = pairs[:, (pairs > 0).all(axis=0) & np.isin(pairs[1], bridge.group.target.cells)]
    groups, pupils = int(pairs.shape[1]), len(np.unique(pairs[0]))
    return groups / pupils if pupils else 0.0


def _by_prefix(column: Column, kind: str) -> Entry:
    """Ids that say by how they begin what they are ids of: only people know what they mean."""
    mine = sorted(prefix for prefix in column.prefixes if prefix[0] in ("K" if kind == "classes" else "FGU"))
    every = ", ".join(f"{prefix} {count}" for prefix, count in sorted(column.prefixes.items()))
    condition: dict[str, Flow] = {"as": "pattern(^([A-ZÅÄÖ]+_)?)", "in": mine or sorted(column.prefixes)}
    what = "classes" if kind == "classes" else "teaching groups"
    return Entry(
        column.name, condition, Guess(40, f"which beginnings of {quoted(column.name)} are {what}? {every}").note
    )


def _of_values(picture: Picture, pupils: People, kind: str) -> Band | None:
    """Groups that exist only as a value on pupils' rows."""
    table = pupils.table
    number = table.find("classId" if kind == "classes" else "groupId")
    name = table.find("class" if kind == "classes" else "group")
    if number and number.column.filled and pupils.repeated:
        return Band(kind, table, number.guess, number.column, of_rows=True)
    if kind == "classes" and name is not None and name.column.filled:
        return _by_values(picture, kind, table, name)
    places = [place for other in picture.tables if (place := _told_in(picture, pupils, kind, other))]
    if not places:
        return None
    _, told, link = max(places, key=lambda place: place[0])
    where = table if link is None else next(t for t in picture.tables if told.column in t.columns)
    return _by_values(picture, kind, where, told, link)


def _by_values(picture: Picture, kind: str, table: Table, told: Found, person: Link | None = None) -> Band:
    """A group for each of these values, in each unit and form of school."""
    unit = picture.units.reference(table)
    form = table.find("schoolType")
    by = (*(unit.columns if unit else ()), told.name)
    by = (*by, form.name) if form and form.name not in by else by
    return Band(kind, table, told.guess, told.column, [Entry(told.name, {"not": EMPTY})], by, person=person)


def _told_in(picture: Picture, pupils: People, kind: str, table: Table) -> tuple[float, Found, Link | None] | None:
    """Rows that name a pupil and what a group is called, where no table has the groups."""
    told = table.find("classId", "class") if kind == "classes" else table.find("groupId", "group")
    if told is None or not told.column.filled or told.column.distinct < 2 or told.column.unique:
        return None
    if table is pupils.table:
        return (1.0 + told.score, told, None) if pupils.repeated else None
    standing = None if table in picture.tables_of_people else picture.standing(table, pupils)
    if standing is None or standing.link.is_list or standing.link.column is told.column:
        return None
    score = told.score + 3 * standing.coverage - 4 * table.called(_EVENTS)
    return (score, told, standing.link) if score > _TOLD else None


def bridges(picture: Picture, who: People, table: Table, keys: list[Column]) -> Iterator[Bridge]:
    """Tables whose rows name a person and a group of that table, the best first."""
    found = []
    for other in picture.tables:
        if other is table or other is picture.units.own_table or other.has("familyName") or other.sample.parts:
            continue
        if other in picture.tables_of_people:
            continue
        standing = picture.standing(other, who)
        group = picture.links.to(other, table, keys, WORDS["groups"])
        if standing is None or group is None or (group.column.distinct < 2 < table.sample.rows):
            continue
        person = standing.link
        if person.column is group.column:
            continue
        role = _role(other, who)
        if role is not None or not _names_others(picture, other, person, who):
            found.append(Bridge(other, person, group, _likeness(other, standing, group, who), role))
    yield from sorted(found, key=lambda bridge: -bridge.score)


_MEMBERS = r"medlem|member|mbr|elevgrupp|gruppelev|klasselev|deltag|particip|roster|audience|enrol"
_TEACHERS = r"larare|lar|teach|undervis|ledare|ldr|leader|speaker|instruct"
_EVENTS = r"franv|narv|absen|absn|attendance|lektion|lesson|lsn|schema|betyg|grade|mark|omdome"


def tells_who_teaches(name: str) -> bool:
    """Whether a column or table is called after those who teach."""
    return re.search(_TEACHERS, plain(name)) is not None


def _likeness(table: Table, standing: Standing, group: Link, who: People) -> float:
    """Log-odds that a row says who belongs to which group: once for each, and not what happened on a day."""
    score = 2 * standing.link.share + 2 * group.share + 2 * standing.of_kind + 2 * standing.coverage
    score += 1.5 * table.called(_MEMBERS if who.kind == "pupils" else _TEACHERS) - 3 * table.called(_EVENTS)
    pairs = np.stack([standing.link.column.cells, group.column.cells])
    score += 2 * bool(pairs.shape[1] and np.unique(pairs, axis=1).shape == pairs.shape)
    return score - 1.5 * table.has("test") - 0.1 * len(table.columns)


def _names_others(picture: Picture, table: Table, person: Link, who: People) -> bool:
    """Whether the same column names those of the other kind better."""
    for other in picture.people.values():
        if other.kind != who.kind and other.table is not who.table:
            link = picture.person(table, other)
            if link and link.column is person.column and re.search(WORDS[other.kind], link.column.name.casefold()):
                mine = re.search(WORDS[who.kind], person.column.name.casefold())
                if link.share > person.share or not mine:
                    return True
    return False


def _role(table: Table, who: People) -> tuple[Found, tuple[str, ...]] | None:
    role = table.find("role")
    words = vocabulary.role_words(role.column).get(who.kind) if role else None
    return (role, words) if role and words else None
