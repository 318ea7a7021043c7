"""From a person's row to other tables about the same person: accounts, marks, a register of names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from adapter.drafting.guesses import SURE_ENOUGH, Guess, measured, percent
from adapter.drafting.layout import Entry, one_of, quoted
from adapter.drafting.looking.samples import Column
from adapter.drafting.understanding.links import WORDS, Link, converted
from adapter.drafting.understanding.people import SUFFIX, People
from adapter.drafting.understanding.split import KINDS
from adapter.drafting.understanding.tables import Found, Table
from adapter.drafting.understanding.vocabulary import role_words
from adapter.drafting.writing.desk import Desk
from adapter.drafting.writing.sources import View
from adapter.mapping.synonyms import plain

_WANTED = ("givenName", "wholeName", "civicNo", "eppn", "email", "securityMarking")
_WHAT = {"eppn": "user names", "email": "addresses", "securityMarking": "protection marks", "civicNo": "personnummer"}
_KEYS = 8  # columns of a table that may be keys
_ENOUGH = 50  # per cent


@dataclass(frozen=True)
class Reached:
    """A column of a person's row, or of a row that is found from it."""

    name: str  # as the mapping calls it here
    found: Found
    table: Table
    share: float = 1.0  # of the persons that have such a row

    @property
    def guess(self) -> Guess:
        """How sure it is."""
        return self.found.guess


@dataclass
class Reach:
    """The tables that a person's row leads to, and by which keys."""

    desk: Desk
    who: People
    enrich: list[Entry] = field(default_factory=list)
    joined: dict[str, str] = field(default_factory=dict)  # those that are part of the row already, and their ids
    _places: list[tuple[str, Table, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._places.append(("", self.who.table, 1.0))
        for meaning in _WANTED:
            if self.find(meaning) is None and not (meaning == "wholeName" and self.find("givenName")):
                self._extend(meaning)

    def find(self, *meanings: str) -> Reached | None:
        """The first column that means this: of the own row, then of those that it leads to."""
        for meaning in meanings:
            for prefix, table, share in self._places:
                if (found := table.find(meaning)) and found.column.filled:
                    return Reached(prefix + found.name, found, table, share)
        for prefix, table, share in self._places:
            for meaning in meanings:
                if found := table.find(meaning):
                    return Reached(prefix + found.name, found, table, share)
        return None

    def _extend(self, meaning: str) -> None:
        """Look for a table with such a column, and for the way to it."""
        best: tuple[float, str, Link, Guess] | None = None
        for prefix, place, _ in self._places:
            for table in (*self.desk.tables, *self.desk.parts):
                if not self._is_about_persons(table, meaning):
                    continue
                for link, guess in self._ways(place, table, meaning):
                    if best is None or guess.percent > best[0]:
                        best = guess.percent, prefix, link, guess
        if best is not None and best[0] > _ENOUGH:
            self._add(*best[1:], meaning)

    def _is_about_persons(self, table: Table, meaning: str) -> bool:
        inside = [known for _, known, _ in self._places]
        return table not in inside and table not in self.desk.tables_of_people and table.has(meaning)

    def _ways(self, place: Table, table: Table, meaning: str) -> Iterator[tuple[Link, Guess]]:
        """How a row of the other table is found from a row of this one, and how sure that is."""
        number = table.find("civicNo")
        unique = [column for column in table.columns if column.unique][:_KEYS]
        for key in (*([number.column] if number else ()), *unique):
            if link := self.desk.links.to(place, table, [key], WORDS[self.who.kind]):
                yield link, self._sure(link, place)
        if meaning == "securityMarking" and place is self.who.table and (found := self._exception(table)):
            yield found

    def _sure(self, link: Link, place: Table) -> Guess:
        """How many of these persons have such a row, where others stand in their table too; or what is declared."""
        back = link.table.sample.declared.foreign.get(link.target.name)
        if back == (place.sample.table, link.column.name):
            return Guess(97, f"the database says that it is {quoted(link.column.name)} of {place.source}")
        share = link.share  # never how much of the other table is found: who is missing there counts
        if place is self.who.table and self.who.selection is not None:
            theirs = link.column.cells[self.who.selection.mask]
            share = float(np.isin(theirs, link.target.cells).mean()) if len(theirs) else 0.0
        return measured(share, f"{percent(share)} are {quoted(link.target.name)} of {link.table.source}")

    def _exception(self, table: Table) -> tuple[Link, Guess] | None:
        """The way to a list of the few who are protected: nearly all of it must be found among pupils and staff."""
        own, everybody = self.desk.person(table, self.who), self.desk.people.values()
        back = own or max(filter(None, (self.desk.person(table, who) for who in everybody)), default=None, key=_share)
        if back is None or (own is None and back.column.form not in ("personnummer", "uuid")):
            return None
        overlap = self.desk.links.overlap
        share, key = max(((overlap(back.column, key), key) for key in self.who.keys), key=lambda found: found[0])
        whole = min(sum(max(overlap(back.column, key) for key in who.keys) for who in everybody), 1.0)
        if not share or round(whole * 100) < SURE_ENOUGH:
            return None
        guess = measured(whole, f"{percent(whole)} of those in {table.source} are pupils or staff")
        return Link(key, back.column, table, whole, self.desk.links.form(key)), guess

    def _add(self, prefix: str, link: Link, guess: Guess, meaning: str) -> None:
        mine, its = link.column, link.target
        name = self._named(link.table, its, link.form)
        overlap = self.desk.links.overlap(mine, its)
        self.desk.sources.taken(link.table, _WHAT.get(meaning, "names"), guess)
        self.enrich.append(Entry(name, converted(prefix + mine.name, link.form), guess.note))
        self._places.append((f"{name}.", link.table, overlap))

    def _named(self, table: Table, key: Column, form: str) -> str:
        """Who is both pupil and staff has two accounts: each kind gets a view of its own."""
        role, columns = table.find("role"), ((key.name, form),)
        if table.sample.only is not None:
            name, word = table.sample.only
            note = Guess(90, f"rows in which {quoted(name)} is {quoted(word)}").note
            view = View(f"{table.source}_{plain(word)}", table, columns, keep=[Entry(name, word, note)])
            return self.desk.sources.view(view).name
        words = role_words(role.column) if role and not key.unique else {}
        if role is None or not all(words.get(kind) for kind in KINDS):
            return self.desk.sources.keyed(table, columns)
        mine = words[self.who.kind]
        keep = [Entry(role.name, one_of(mine), role.guess.note)]
        return self.desk.sources.view(View(f"{table.source}_{SUFFIX[self.who.kind]}", table, columns, keep=keep)).name


def _share(link: Link) -> float:
    return link.share
