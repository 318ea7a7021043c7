"""The rules for Person: pupils and staff, each from the table that they stand in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapter.drafting.guesses import Guess, decide, percent
from adapter.drafting.layout import Block, Entry, Flow, quoted, remark
from adapter.drafting.looking.samples import Column
from adapter.drafting.understanding import vocabulary
from adapter.drafting.understanding.bands import Band
from adapter.drafting.understanding.holding import are_apart_by_dates
from adapter.drafting.understanding.links import Link, converted
from adapter.drafting.understanding.people import SUFFIX, People
from adapter.drafting.understanding.split import KINDS
from adapter.drafting.writing import keeping
from adapter.drafting.writing.choosing import chosen
from adapter.drafting.writing.desk import Desk
from adapter.drafting.writing.enrolments import Enrolments
from adapter.drafting.writing.reach import Reach, Reached
from adapter.drafting.writing.sources import View
from adapter.mapping.synonyms import plain

_EMAIL_TYPES = {"pupils": "Skola elev", "staff": "Skola personal"}
_PRIVATE = 0.2  # of the addresses


@dataclass
class Persons:
    """Writes the rules, and knows what the mapping calls pupils and staff."""

    desk: Desk
    bands: Mapping[str, Band]
    names: dict[str, str] = field(default_factory=dict)
    _marks: dict[str, list[Column]] = field(default_factory=dict)
    _exceptions: dict[str, str] = field(default_factory=dict)
    _reach: dict[str, Reach] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind, who in self.desk.people.items():
            self._reach[kind] = Reach(self.desk, who)
            self.names[kind] = self._source(who)

    def reference(self, who: People, link: Link, prefix: str = "") -> Flow:
        """A reference to one of them from a row that names them."""
        found: dict[str, Flow] = {"ref": "Person", "of": self.names[who.kind], "via": link.via(prefix)}
        if link.target is not who.key:
            found["by"] = converted(link.target.name, link.form)
        return found

    def entries(self) -> list[Entry]:
        """The section."""
        missing = [kind for kind in KINDS if kind not in self.desk.people]
        asked = [
            remark(decide(f"no table of {kind} was found: name one to `init`, or write a rule")) for kind in missing
        ]
        rules = [self._rule(who) for who in self.desk.people.values()]
        self._finish_marks()
        if not rules:
            return asked
        return [*asked, Entry("Person", Block(items=rules))]

    # -- where they stand -------------------------------------------------------------------------------------

    def _source(self, who: People) -> str:
        """The table itself, or a view of it: those rows that are about these persons now, one for each."""
        sources, table = self.desk.sources, who.table
        sources.taken(table, "pupils and staff" if who.selection else who.kind, who.guess)
        keep = [*chosen(self.desk, who), *self._current(who)]
        key, key_note = self.desk.key(who.key), "" if who.by_number else who.key_guess.note
        merge = who.repeated and not are_apart_by_dates(table, who.key.name, self.desk.today)
        name = f"{table.source}_{SUFFIX[who.kind]}" if who.selection or merge else table.source
        view = View(name, table, key, key_note, keep, merge=merge)
        self._join_ids(who, view)
        return sources.view(view).name

    def _current(self, who: People) -> list[Entry]:
        said = [*keeping.dates(who.table), *keeping.status(who.table, self.desk.codes)]
        return [*said, *keeping.years(who.table.find("schoolYear", "class"))] if who.kind == "pupils" else said

    def _join_ids(self, who: People, view: View) -> None:
        """Where there is no id but the personnummer: the directory's own, which outlives it."""
        for entry in self._reach[who.kind].enrich if who.by_number else ():
            known = self.desk.sources.named(entry.key or "")
            ids = [column for column in known.table.columns if column.form == "uuid" and column.unique]
            if ids and known.key and isinstance(entry.value, dict):
                view.joined = {known.name: {known.key[0][0]: entry.value}}
                self._reach[who.kind].joined[known.name] = ids[0].name

    # -- the rule ---------------------------------------------------------------------------------------------

    def _rule(self, who: People) -> list[Entry]:
        reach = self._reach[who.kind]
        said = [Entry("from", self.names[who.kind]), self._id(who, reach)]
        enrolments = Enrolments(self.desk, who, self.names[who.kind], self.bands) if who.kind == "pupils" else None
        enrich = [entry for entry in reach.enrich if entry.key not in reach.joined]
        enrich += enrolments.enrich if enrolments else []
        if enrich:
            said.append(Entry("enrich", Block(enrich)))
        fields = [*self._names(reach), *self._number(who, reach), *self._mark(reach), *self._account(who, reach)]
        fields += enrolments.entries() if enrolments else []
        return [*said, Entry("fields", Block(fields))]

    def _id(self, who: People, reach: Reach) -> Entry:
        key = who.key.name
        in_key = converted(key, self.desk.links.form(who.key))
        for name, column in reach.joined.items():
            return Entry(
                "id", {"uuid": f"{name}.{column}"}, Guess(85, f"outlives a new personnummer, unlike {key}").note
            )
        pupils = self.desk.pupils
        if who.kind == "staff" and pupils and pupils.table is not who.table and _may_be_equal(pupils.key, who.key):
            note = Guess(95, "told apart from the pupils', which may be the same").note
            return Entry("id", {"uuid5": [{"text": "personal"}, in_key]}, note)
        return Entry("id", {"uuid5": in_key}, who.key_guess.note)

    @staticmethod
    def _names(reach: Reach) -> list[Entry]:
        said = []
        for attribute in ("givenName", "middleName", "familyName"):
            if found := reach.find(attribute):
                said.append(Entry(attribute, found.name, found.guess.note))
        whole, known = reach.find("wholeName"), {entry.key for entry in said}
        if {"givenName", "familyName"} <= known:
            return said
        if whole is None:
            key = reach.who.key.name
            asked = [("givenName", "given names"), ("familyName", "family names")]
            missing = [(one, words) for one, words in asked if one not in known]
            return [*said, *(Entry(one, key, decide(f"no column with {words} was found")) for one, words in missing)]
        share = whole.found.column.share("comma name")
        if share > 0.5:
            note = Guess(min(round(share * 100), 90), f'{percent(share)} are written "Efternamn, Förnamn"').note
            parts = ("pattern(,\\s*(.+))", "pattern(^([^,]+))")
        else:
            note = Guess(50, "the last word is the family name").note
            parts = ("pattern(^(.+)\\s)", "pattern(\\s(\\S+)$)")
        names = zip(("givenName", "familyName"), parts, strict=True)
        return [Entry(name, {"column": whole.name, "as": pattern}, note) for name, pattern in names]

    @staticmethod
    def _number(who: People, reach: Reach) -> list[Entry]:
        found = reach.find("civicNo")
        if found is None:
            asked = decide("no column with personnummer was found; without it nobody is published")
            return [Entry("civicNo.value", {"column": who.key.name, "as": "personnummer"}, asked)]
        return [Entry("civicNo.value", {"column": found.name, "as": "personnummer"}, found.guess.note)]

    def _account(self, who: People, reach: Reach) -> list[Entry]:
        said, name, mail = [], reach.find("eppn"), reach.find("email")
        asked = "no column with user names (local-part@domain) was found"
        if name and name.found.column.share("address") > 0.5:
            said.append(Entry("eduPersonPrincipalNames", name.name, name.guess.note))
        elif mail:
            said.append(
                Entry("eduPersonPrincipalNames", mail.name, decide(f"guess 40 %: {asked}; is it the e-mail address?"))
            )
        else:
            said.append(Entry("eduPersonPrincipalNames", who.key.name, decide(f"{asked}; nobody is published without")))
        if mail:
            kind = _EMAIL_TYPES[who.kind]
            item: Flow = {"value": {"column": mail.name, "empty": "omit_item"}, "type": {"text": kind}}
            private = mail.found.column.share("private address")
            note = mail.guess.note
            if private > _PRIVATE:
                note = Guess(50, f"{percent(private)} are private addresses; only the school's own may be sent").note
            said.append(Entry("emails", {"list": [item]}, note))
        elif who.kind == "staff":
            said.append(remark(decide("no column with e-mail was found; staff are not published without")))
        return said

    # -- marks ------------------------------------------------------------------------------------------------

    def _mark(self, reach: Reach) -> list[Entry]:
        mark = reach.find("securityMarking")
        if mark is None:
            asked = decide("no column tells who is protected, so all are withheld; where is it told?")
            return [Entry("securityMarking", {"text": "Sekretessmarkering"}, asked)]
        listed = self._listed(mark)
        codes = self.desk.codes
        words = codes.writable(mark.found.column, vocabulary.mark)
        protects = vocabulary.Meaning("Sekretessmarkering", 100)
        codes.add(listed, [(text, _without_doubt(vocabulary.mark(text)) or protects) for text in words])
        value: Flow = {"column": mark.name, "codes": listed, "unknown": "protected"}
        return [Entry("securityMarking", value, mark.guess.note)]

    def _listed(self, mark: Reached) -> str:
        """The code list for this column: one for all that are called so and are of one kind."""
        name = plain(mark.found.column.words_of_name) or "skydd"
        if self._is_exception_list(mark):
            name = plain(mark.table.source)
            self._exceptions[name] = mark.table.source
        self._marks.setdefault(name, []).append(mark.found.column)
        return name

    @staticmethod
    def _is_exception_list(mark: Reached) -> bool:
        """Only those stand there who are protected: who does not stand there is not."""
        return mark.name != mark.found.name and mark.share < 0.5

    def _finish_marks(self) -> None:
        """What an empty mark means; an unknown one protects."""
        codes, no = self.desk.codes, vocabulary.Meaning("Ingen", 100)
        for name, columns in self._marks.items():
            says_no = any(
                (m := vocabulary.mark(text)) and m.word == "Ingen" for column in columns for text in column.words
            )
            if source := self._exceptions.get(name):
                codes.add(name, [("", no)])
                asked = f"who does not stand in {quoted(source)} is not protected: does it hold everybody who is?"
            elif not any(column.filled for column in columns):
                asked = "the column is empty in every row, so all are withheld; where is it told who is protected?"
            elif says_no:
                asked = "is this what the marks mean? No mark at all protects, and so does every other"
            else:
                codes.add(name, [("", no)])
                asked = "is this what the marks mean? Every other mark protects"
            codes.finish(name, [remark(decide(asked))])


def _without_doubt(meaning: vocabulary.Meaning | None) -> vocabulary.Meaning | None:
    """The list asks about all its words at its end."""
    return vocabulary.Meaning(meaning.word, 100) if meaning else None


def _may_be_equal(one: Column, other: Column) -> bool:
    """Whether ids of two tables can be the same text."""
    alike = one.form == other.form and one.form != "uuid"
    return alike or one.digests[""].share_in(other.digests[""]) > 0
