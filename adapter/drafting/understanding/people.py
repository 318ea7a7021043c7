"""Who the pupils and the staff are: which tables they stand in, what tells one from another."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapter.drafting.guesses import Guess, percent
from adapter.drafting.looking.samples import Column
from adapter.drafting.understanding.evidence import likely
from adapter.drafting.understanding.links import WORDS, Links
from adapter.drafting.understanding.split import KINDS, NAMED, Selection, Split, unique_keys
from adapter.drafting.understanding.tables import Table
from adapter.drafting.understanding.vocabulary import role_words
from adapter.mapping.synonyms import GUARDIAN, meanings, plain

_ALONE = {
    "staff": r"(t|tbl|sk|v|sis)?(personal|anstallda?|larare|staff|teachers?|medarbetare|employees?)$",
    "pupils": r"(t|tbl|sk|v|sis)?(elev|elever|pupils?|students?|studerande)$",
}
SUFFIX = {"pupils": "elever", "staff": "personal"}
"""Kind -> how the name of a view of them ends."""
_CONTACTS = re.compile(r"contacts?$|kontakt(er)?$")
_SAYS = {"staff": ("dutyRole", "signature"), "pupils": ("class", "schoolYear", "educationCode")}
_PRIVATE = ("civicNo", "eppn", "email", "givenName", "familyName", "middleName", "wholeName")
_OTHERS = (
    "class",
    "group",
    "schoolType",
    "schoolYear",
    "educationCode",
    "from",
    "to",
    "status",
    "role",
    "securityMarking",
)


@dataclass(frozen=True)
class People:
    """Pupils or staff. `selection`: what tells them from others in the table, where others stand there."""

    kind: str
    table: Table
    guess: Guess
    key: Column
    key_guess: Guess
    selection: Selection | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """What a column of their own table calls them."""
        return self.selection.words if self.selection and self.selection.link is None else ()

    @property
    def role(self) -> Column | None:
        """The column of their own table that tells them from others."""
        return self.selection.column if self.selection and self.selection.link is None else None

    @property
    def repeated(self) -> bool:
        """Whether somebody has several rows."""
        return not self.key.unique

    @property
    def by_number(self) -> bool:
        """Whether only a personnummer tells them apart."""
        return self.key.form == "personnummer"

    @property
    def keys(self) -> list[Column]:
        """What others may call them by: the key first."""
        return unique_keys(self.table, self.key)


def found_in(tables: Sequence[Table], links: Links, today: dt.date) -> dict[str, People]:
    """Pupils and staff, as far as there are tables of them."""
    best: dict[str, tuple[float, People]] = {}
    for table in filter(holds_names, tables):
        for people in _of(table, tables, links, today):
            score = people.guess.percent + _fullness(people)
            if people.kind not in best or score > best[people.kind][0]:
                best[people.kind] = score, people
    return {kind: best[kind][1] for kind in KINDS if kind in best}


def is_guardians(table: Table) -> bool:
    """Never read. What is called contacts may be a register of all kinds of persons: what they are decides."""
    if _CONTACTS.match(table.name) and (role := table.find("role")) and "pupils" in role_words(role.column):
        return False
    return GUARDIAN.match(table.name) is not None or "personpersons" in table.name


def holds_names(table: Table) -> bool:
    """Whether persons stand in it, by name."""
    if is_guardians(table) or not table.sample.rows:
        return False
    whole = table.has("wholeName") and any(table.has(meaning) for meaning in ("civicNo", "eppn", "email"))
    some = table.has("civicNo") and (table.has("givenName") or table.has("familyName"))
    return table.has("givenName", "familyName") or some or whole


def _of(table: Table, tables: Sequence[Table], links: Links, today: dt.date) -> list[People]:
    if without_names := _named_elsewhere(table, tables, links):
        return without_names
    key, key_guess = _key(table)
    others = [other for other in tables if other is not table and not is_guardians(other)]
    split = Split(table, key, others, links, today)
    found = split.selections()
    if len(found) == len(KINDS) or (found and split.is_mixed):
        return [People(kind, table, told.guess, key, key_guess, told) for kind, told in found.items()]
    kind, guess = _kind(table, found, split.young)
    if split.is_mixed:
        guess = Guess(50, "pupils and others stand in it, and nothing tells them apart")
    return [People(kind, table, guess, key, key_guess)]


def _kind(table: Table, found: Mapping[str, Selection], young: float | None) -> tuple[str, Guess]:
    """Of whom a table tells that holds one kind, by all that speaks for each."""
    evidence: dict[str, list[tuple[float, str]]] = {kind: [] for kind in KINDS}
    for kind in KINDS:
        if table.called(NAMED[kind]):
            evidence[kind].append((3.5, "by its name, and there are names in it"))
        if kind in found:
            evidence[kind].append((2.5, "by what they are called in it"))
        if says := [meaning for meaning in _SAYS[kind] if table.has(meaning)]:
            evidence[kind].append((1.0 + 0.5 * len(says), "by its columns"))
    if young is not None:
        old = 1 - young
        evidence["pupils"].append((5 * (young - 0.5), f"{percent(young)} of them are younger than 20"))
        evidence["staff"].append((5 * (old - 0.5), f"{percent(old)} of them are older than 20"))
    scores = {kind: sum(weight for weight, _ in said) for kind, said in evidence.items()}
    kind = max(KINDS, key=lambda one: scores[one])
    ahead = scores[kind] - min(scores.values())
    why = max(evidence[kind], default=(0.0, "there are names in it"))[1]
    return kind, Guess(likely(ahead), why)


def _named_elsewhere(table: Table, tables: Sequence[Table], links: Links) -> list[People]:
    """A register of persons, and tables of pupils and staff that point into it, a row for each."""
    if any(table.called(words) for words in NAMED.values()):
        return []
    own, found = _key(table)[0], []
    for kind in KINDS:
        for other in tables:
            if other is table or not other.called("^" + _ALONE[kind]) or holds_names(other) or not other.sample.rows:
                continue
            link = links.to(other, table, [own], WORDS[kind])
            if link and link.share > 0.8 and link.column.distinct * 2 > link.column.looked:
                guess = Guess(90, f"by its name; their names are in {table.source}") & link.guess
                key, key_guess = _key(other)
                found.append(People(kind, other, guess, key, key_guess))
    return found


def _key(table: Table) -> tuple[Column, Guess]:
    """What tells persons apart: an id that is no personnummer, as far as there is one."""
    number = table.find("civicNo")
    persons = number.column.distinct if number and number.column.filled * 2 > number.column.looked else 0
    repeated = persons and persons < 0.95 * (number.column.filled if number else 0)
    best: tuple[int, Column, Guess] | None = None
    for column in _plain_ids(table):
        named = _is_id(column, table)
        if repeated and abs(column.distinct - persons) <= 0.1 * persons and named:
            score, guess = 90, Guess(85, f"by its name; {column.distinct} persons in {column.looked} rows")
        elif column.unique and not repeated:
            words = f"unique in {column.looked} rows"
            score, guess = (95, Guess(95, f"by its name; {words}")) if named else (80, Guess(80, words))
        elif named and not persons and column.filled == column.looked:
            score, guess = 70, Guess(76, f"by its name; {column.distinct} persons in {column.looked} rows")
        else:
            continue
        score += 3 * (column.form == "uuid")
        if best is None or score > best[0]:
            best = score, column, guess
    if best:
        return best[1], best[2]
    if number:
        return number.column, Guess(50, "there is nothing else; it changes when the personnummer does")
    fullest = max(table.columns or table.sample.columns, key=lambda column: column.distinct)
    return fullest, Guess(30, "it differs most")


def _plain_ids(table: Table) -> list[Column]:
    """Columns that may be ids: none that means something else, none with a personnummer, an address or a name in it."""
    others = {f.name for meaning in (*_PRIVATE, *_OTHERS) if (f := table.find(meaning)) and f.guess.percent > 75}
    return [
        column
        for column in table.columns
        if column.filled and column.name not in others and column.share("personnummer") < 0.5 and column.longest <= 60
        if max(column.share("address"), column.share("date"), column.share("two words"), 1 - column.share("compact"))
        < 0.5
    ]


def _is_id(column: Column, table: Table) -> bool:
    name = plain(column.name)
    return "id" in meanings(column.name) or name.endswith(("id", "guid", "nr", "nummer")) or name == table.name


def _fullness(people: People) -> float:
    """Of several tables of pupils, the one with more of what is wanted."""
    wanted = ("civicNo", "securityMarking", "class", "schoolYear", "unit", "dutyRole", "familyName")
    known = sum(people.table.has(meaning) for meaning in wanted)
    return 3 * known + 5 * people.key.unique + min(people.table.sample.rows, 10_000) / 5000
