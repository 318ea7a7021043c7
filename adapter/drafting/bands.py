"""Which groups of pupils there are: tables of classes and teaching groups, or values on pupils' rows.

A band is a set of groups that one rule of the mapping makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from adapter.drafting import keeping, vocabulary
from adapter.drafting.guesses import DECIDE, Guess
from adapter.drafting.layout import EMPTY, Entry, Flow, one_of, quoted
from adapter.drafting.links import WORDS, Link
from adapter.drafting.people import People, words_of
from adapter.drafting.picture import Picture, unique_columns
from adapter.drafting.samples import Column
from adapter.drafting.sources import View
from adapter.drafting.tables import Found, Table

_CLASSES = r"klass|class|homeroom|avdelning|basgrupp"
_GROUPS = r"grupp|group|section|undervisning|kurs"
_SIDE_TABLES = r"medlem|member|elevgrupp|larare|teacher|prov|test|enrol|inskriv"
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
    if not keys or pupils is None or table in picture.tables_of_people or table is picture.units.table:
        return
    if picture.person(table, pupils) or table.has("civicNo") or table.has("eppn"):
        return
    own = picture.links.to(pupils.table, table, keys, WORDS["groups"])
    bridge = next(bridges(picture, pupils, table, keys), None)
    unit = picture.units.reference(table)
    named = table.called(f"{_CLASSES}|{_GROUPS}") and not table.called(_SIDE_TABLES)
    score = 3 * named + 3 * bool(own) + 3 * bool(bridge) + bool(unit and unit.columns) + table.has("schoolType")
    if score < 3 or (table.has("test") and not named):
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
    for kind, keep in _kinds(table, bool(own)):
        yield score, Band(kind, table, guess, keys[0], keep)


def _kinds(table: Table, is_own: bool) -> Iterator[tuple[str, list[Entry]]]:
    """Which kinds of groups stand in a table, and the condition that tells them apart."""
    kind = table.find("groupKind")
    tell = vocabulary.flagged_kind if kind and "class" in kind.name.casefold() else vocabulary.group_kind
    words = (
        {
            name: [text for text in sorted(kind.column.words) if (m := tell(text)) and m.word == word]
            for name, word in KINDS.items()
        }
        if kind
        else {}
    )
    if kind and any(words.values()):
        for name in KINDS:
            if mine := words[name]:
                yield name, [Entry(kind.name, one_of(mine), kind.guess.note)]
    elif prefixed := next((column for column in table.columns if column.unique and column.prefixes), None):
        for name in KINDS:
            yield name, [_by_prefix(prefixed, name)]
    elif table.called(_CLASSES) or (is_own and not table.called(_GROUPS)):
        yield "classes", []
    else:
        yield "groups", []


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
    if kind != "classes" or name is None or not name.column.filled:
        return None
    unit = picture.units.reference(table)
    form = table.find("schoolType")
    by = (*(unit.columns if unit else ()), name.name)
    by = (*by, form.name) if form and form.name not in by else by
    return Band(kind, table, name.guess, name.column, [Entry(name.name, {"not": EMPTY})], by)


def bridges(picture: Picture, who: People, table: Table, keys: list[Column]) -> Iterator[Bridge]:
    """Tables whose rows name a person and a group of that table, the best first."""
    found = []
    for other in picture.tables:
        if other is table or other is picture.units.table or other.has("familyName"):
            continue
        if other in picture.tables_of_people:
            continue
        person = picture.person(other, who)
        group = picture.links.to(other, table, keys, WORDS["groups"])
        if person is None or group is None or person.column is group.column:
            continue
        words = r"medlem|member|elevgrupp|deltag" if who.kind == "pupils" else r"larare|teacher|undervis"
        score = person.share + group.share + 0.5 * other.called(words) - 0.5 * other.has("test")
        role = _role(other, who)
        if role is not None or not _names_others(picture, other, person, who):
            found.append(Bridge(other, person, group, score, role))
    yield from sorted(found, key=lambda bridge: -bridge.score)


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
    words = words_of(role).get(who.kind) if role else None
    return (role, words) if role and words else None


def current(picture: Picture, bridge: Bridge) -> list[Entry]:
    """Which rows of a bridge count: of these persons, now."""
    said = keeping.current(bridge.table, picture.codes)
    if bridge.role is None:
        return said
    role, words = bridge.role
    return [Entry(role.name, one_of(words), role.guess.note), *said]


def joined(picture: Picture, bridge: Bridge, who: People, people: str, band: Band | None = None) -> View | None:
    """A bridge beside what it leads to: those persons alone, and the groups' columns where a band is given.

    None where neither is needed.
    """
    sources, link = picture.sources, bridge.group
    tables: dict[str, Flow] = {}
    keep = current(picture, bridge)
    if who.role is not None and bridge.role is None:  # pupils and staff stand in one table, and both are named here
        tables[people] = {bridge.person.target.name: bridge.person.via()}
        keep.append(Entry(f"{people}.{bridge.person.target.name}", {"not": EMPTY}))
    if band is not None:
        name = source(picture, band)
        tables[name] = {link.target.name: link.via()}
        keep.append(Entry(f"{name}.{link.target.name}", {"not": EMPTY}))
        keep += [replace(entry, key=f"{name}.{entry.key}") for entry in band.keep if not band.is_asked]
    if not tables:
        return None
    suffix = {"pupils": "elever", "staff": "personal"}[who.kind] + ("_grupper" if band else "")
    return sources.view(View(f"{bridge.table.source}_{suffix}", bridge.table, keep=keep, joined=tables))


def source(picture: Picture, band: Band) -> str:
    """What the mapping calls a table of groups: the table, or a view of those that are of this kind."""
    note = Guess(95, f"unique in {band.key.looked} rows").note if band.key.unique else band.guess.note
    if not band.is_asked:
        return picture.sources.keyed(band.table, picture.key(band.key), note)
    name = f"{band.table.source}_{'klasser' if band.kind == 'classes' else 'grupper'}"
    return picture.sources.view(View(name, band.table, picture.key(band.key), note, band.keep)).name


def rows_of(picture: Picture, band: Band, who: People, suffix: str) -> str:
    """Pupils' or staff's rows that tell of a group, as a view."""
    keep = [*who.rows, Entry(band.key.name, {"not": EMPTY}), *keeping.school_types(
        band.table.find("schoolType"), picture.codes
    )]  # fmt: skip
    return picture.sources.view(View(f"{band.table.source}_{suffix}", band.table, keep=keep)).name
