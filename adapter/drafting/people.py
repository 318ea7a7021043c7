"""Who the pupils and the staff are: which tables they stand in, what tells one from another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapter.drafting import vocabulary
from adapter.drafting.guesses import Guess, percent
from adapter.drafting.layout import Entry, one_of
from adapter.drafting.links import WORDS, Links
from adapter.drafting.samples import Column
from adapter.drafting.tables import Found, Table
from adapter.mapping.synonyms import GUARDIAN, meanings, plain

NAMED = {
    "staff": r"personal|anst|larare|staff|teacher|medarbet|employee|lektor",
    "pupils": r"elev|pupil|student|barn|studerande",
}
_ALONE = {
    "staff": r"(personal|anstallda?|larare|staff|teachers?|medarbetare|employees?)$",
    "pupils": r"(elev|elever|pupils?|students?|studerande)$",
}
KINDS = ("pupils", "staff")
_KEYS = 8  # columns that others may call persons by
SUFFIX = {"pupils": "elever", "staff": "personal"}
"""Kind -> how the name of a view of them ends."""
_SAYS_STAFF = ("dutyRole", "signature")
_SAYS_PUPILS = ("class", "schoolYear", "educationCode")
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
    """Pupils or staff. `words`: what the column `role` calls them, where it tells them from others."""

    kind: str
    table: Table
    guess: Guess
    key: Column
    key_guess: Guess
    role: Found | None = None
    words: tuple[str, ...] = ()

    @property
    def rows(self) -> list[Entry]:
        """The condition that tells their rows from others' in the table."""
        return [Entry(self.role.name, one_of(self.words), self.role.guess.note)] if self.role else []

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
        more = [found.column for m in ("civicNo", "signature", "eppn", "email") if (found := self.table.find(m))]
        unique = [column for column in self.table.columns if column.unique]
        return _once([self.key, *more, *unique])[:_KEYS]


def found_in(tables: Sequence[Table], links: Links) -> dict[str, People]:
    """Pupils and staff, as far as there are tables of them."""
    named = [table for table in tables if _holds_names(table)]
    best: dict[str, tuple[float, People]] = {}
    for table in named:
        for people in _of(table, tables, links):
            score = people.guess.percent + _fullness(people)
            if people.kind not in best or score > best[people.kind][0]:
                best[people.kind] = score, people
    return {kind: best[kind][1] for kind in KINDS if kind in best}


def is_guardians(table: Table) -> bool:
    """Never read."""
    return GUARDIAN.match(table.name) is not None or "personpersons" in table.name


def _holds_names(table: Table) -> bool:
    if is_guardians(table) or not table.sample.rows:
        return False
    whole = table.has("wholeName") and any(table.has(meaning) for meaning in ("civicNo", "eppn", "email"))
    return table.has("givenName", "familyName") or whole


def _of(table: Table, tables: Sequence[Table], links: Links) -> list[People]:
    role = table.find("role")
    words = words_of(role)
    if role and all(words.values()):
        why = f"{role.name} tells pupils from staff"
        return [_people(kind, table, Guess(95, why), role, words[kind]) for kind in KINDS]
    if without_names := _named_elsewhere(table, tables, links):
        return without_names
    kind, guess = _kind(table, words)
    return [_people(kind, table, guess)]


def words_of(role: Found | None) -> dict[str, tuple[str, ...]]:
    """What a column calls pupils and staff."""
    known = [
        (text, found.word) for text in sorted(role.column.words if role else ()) if (found := vocabulary.role(text))
    ]
    return {kind: tuple(text for text, word in known if word == kind) for kind in KINDS}


def _kind(table: Table, words: dict[str, tuple[str, ...]]) -> tuple[str, Guess]:
    for kind in ("staff", "pupils"):
        if table.called(NAMED[kind]):
            return kind, Guess(95, "by its name, and there are names in it")
    if only := next((kind for kind in KINDS if words[kind]), ""):
        return only, Guess(85, "by what they are called in it")
    number = table.find("civicNo")
    young = number.column.share("young") if number else 0.5
    if any(table.has(meaning) for meaning in _SAYS_PUPILS):
        return "pupils", Guess(80, "by its columns")
    if any(table.has(meaning) for meaning in _SAYS_STAFF):
        return "staff", Guess(80, "by its columns")
    if young >= 0.7:
        return "pupils", Guess(80, f"{percent(young)} of them are younger than 20")
    return (
        ("staff", Guess(76, "most are older than 20"))
        if young < 0.2
        else ("pupils", Guess(50, "there are names in it"))
    )


def _named_elsewhere(table: Table, tables: Sequence[Table], links: Links) -> list[People]:
    """A register of persons, and tables of pupils and staff that point into it."""
    if any(table.called(words) for words in NAMED.values()):
        return []
    own, found = _key(table)[0], []
    for kind in KINDS:
        for other in tables:
            if other is table or not other.called("^" + _ALONE[kind]) or _holds_names(other) or not other.sample.rows:
                continue
            link = links.to(other, table, [own], WORDS[kind])
            if link and link.share > 0.8 and link.column.distinct * 2 > link.column.looked:
                guess = Guess(90, f"by its name; their names are in {table.source}") & link.guess
                found.append(_people(kind, other, guess))
    return found


def _people(kind: str, table: Table, guess: Guess, role: Found | None = None, words: tuple[str, ...] = ()) -> People:
    key, key_guess = _key(table)
    return People(kind, table, guess, key, key_guess, role, words)


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
        if column.share("address") < 0.5 and column.share("date") < 0.5 and column.share("two words") < 0.5
    ]


def _is_id(column: Column, table: Table) -> bool:
    name = plain(column.name)
    return "id" in meanings(column.name) or name.endswith(("id", "guid", "nr", "nummer")) or name == table.name


def _fullness(people: People) -> float:
    """Of several tables of pupils, the one with more of what is wanted."""
    wanted = ("civicNo", "securityMarking", "class", "schoolYear", "unit", "dutyRole", "familyName")
    known = sum(people.table.has(meaning) for meaning in wanted)
    return 3 * known + 5 * people.key.unique + min(people.table.sample.rows, 10_000) / 1000


def _once(columns: list[Column]) -> list[Column]:
    return [column for number, column in enumerate(columns) if column not in columns[:number]]
