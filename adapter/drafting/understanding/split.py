"""A table that holds pupils and staff, perhaps guardians too: what tells one from another.

By a column whose words are known; by words that only the young or only the old have; by a table beside it that says
what somebody is; by who is enrolled and who works. Who is none of these is nobody that is published.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from adapter.drafting.guesses import Guess, percent
from adapter.drafting.looking.digests import digest
from adapter.drafting.looking.samples import Column, Mask
from adapter.drafting.understanding import vocabulary
from adapter.drafting.understanding.evidence import likely
from adapter.drafting.understanding.links import WORDS, Link, Links
from adapter.drafting.understanding.tables import Table
from adapter.drafting.understanding.vocabulary import role_words

KINDS = ("pupils", "staff")
NAMED = {
    "staff": r"personal|anst|larare|staff|teacher|medarbet|employee|lektor",
    "pupils": r"elev|pupil|student|barn|studerande",
}
"""Kind -> how tables of them alone are called."""
_MIXED = 0.08  # the share of the rarer kind from which a table holds both
_CLEAR = 0.85  # of those with one word, that are young or are not
_SOME = 0.3  # of those with one word, that work
_NEARLY_ALL = 0.8  # of a column, that are different: two persons may have the same address, not the same sign
_MOST_KINDS = 12  # different words
_CODE = re.compile(r"[A-ZÅÄÖ0-9_-]{1,8}|[a-zåäö_]{1,16}|\w{1,3}")
_CALLED = {
    "pupils": r"elev|stud|pupil|enrol|enrl|inskriv|placer|plac|learner|attend",
    "staff": r"tjanst|tj|anst|dut(y|ies)|post|employ|assign|asgn|personal|staff|befattn|position|larare|teach",
}


@dataclass(frozen=True)
class Selection:
    """Which rows of a table are those persons: by words of a column, or by standing in another table.

    `column`: of the persons' table. `words`: what it says of them, or, with `link`, what `role` says in `beside`.
    """

    column: Column
    words: tuple[str, ...]
    guess: Guess
    link: Link | None = None
    beside: Table | None = None
    role: Column | None = None

    @property
    def mask(self) -> Mask:
        """Which of the first rows of their table are theirs."""
        if self.link is None:
            return self.column.having(*self.words)
        theirs = self.link.column.cells
        if self.role is not None:
            theirs = theirs[self.role.having(*self.words)]
        return np.isin(self.column.cells, theirs[theirs > 0])


@dataclass(frozen=True)
class _Beside:
    """Another table whose rows name persons of this one. `young`: how many of them are, where that is known."""

    table: Table
    link: Link
    mask: Mask  # persons of the first rows that stand in it
    young: float | None

    def speaks_for(self, kind: str) -> float:
        """Log-odds that it is of pupils', or of staff's, being at a school."""
        score = 0.0
        if self.young is not None:
            share = self.young if kind == "pupils" else 1 - self.young
            score += 6 * (share - 0.5)
        score += 1.5 * self.table.called(_CALLED[kind]) - 1.5 * self.table.called(_CALLED[_other(kind)])
        said = {"pupils": ("schoolType", "schoolYear", "educationCode"), "staff": ("dutyRole",)}[kind]
        return score + 1.5 * sum(self.table.has(meaning) for meaning in said)


def _other(kind: str) -> str:
    return "staff" if kind == "pupils" else "pupils"


class Split:
    """Looks at one table of persons."""

    def __init__(self, table: Table, key: Column, others: Sequence[Table], links: Links, today: dt.date) -> None:
        self._table, self._key, self._links = table, key, links
        number = table.find("civicNo")
        self._born = number.column.born if number else None
        self._youngest = today.year - 20
        self._others = others
        self._beside: list[_Beside] | None = None

    def selections(self) -> dict[str, Selection]:
        """Kind -> what tells them from others; empty where one kind stands there, or nothing tells them apart."""
        known = self._by_known_words()
        if len(known) == 2 or not self.is_mixed:
            return known
        standing = self._by_standing()
        for tried in (self._by_age(), self._by_role_beside(), standing):
            if len(tried) == 2:
                return tried
        return known or standing

    @property
    def young(self) -> float | None:
        """How many of those whose personnummer is known are younger than 20."""
        return self._share_of_young(np.ones(len(self._key.cells), dtype=bool))

    def _share_of_young(self, mask: Mask) -> float | None:
        if self._born is None:
            return None
        known = self._born[mask & (self._born > 0)]
        return float((known > self._youngest).mean()) if len(known) else None

    @cached_property
    def is_mixed(self) -> bool:
        """Whether persons of several kinds stand in the table; one called after pupils may hold grown-up ones."""
        if any(self._table.called(words) for words in NAMED.values()):
            return False
        young = self.young
        if young is not None:
            return _MIXED <= young <= 1 - _MIXED
        return all(any(beside.speaks_for(kind) > 1 for beside in self._tables_beside()) for kind in KINDS)

    # -- by a column of its own --------------------------------------------------------------------------------

    def _by_known_words(self) -> dict[str, Selection]:
        role = self._table.find("role")
        words = role_words(role.column) if role else {}
        if role is None:
            return {}
        both = all(words.get(kind) for kind in KINDS)
        guess = Guess(95 if both else 85, f"{role.name} tells pupils from staff" if both else "by what it calls them")
        return {kind: Selection(role.column, words[kind], guess) for kind in KINDS if words.get(kind)}

    def _by_age(self) -> dict[str, Selection]:
        """A column of codes, of which some only the young have."""
        best: tuple[float, dict[str, Selection]] = (0.0, {})
        for column in self._table.columns:
            if not self._may_be_codes(column) or column.distinct * 5 > column.filled:
                continue
            masks = {text: column.having(text) for text in column.words}
            found = self._told_apart(masks)
            if len(found) == 2:
                clear = sum(int(masks[text].sum()) for words in found.values() for text in words)
                score = clear / max(column.filled, 1) - 0.01 * column.distinct
                if score > best[0]:
                    guess = Guess(88, f"{column.name} tells the young from those who work")
                    best = score, {kind: Selection(column, found[kind], guess) for kind in KINDS}
        return best[1]

    def _may_be_codes(self, column: Column) -> bool:
        """A few short words, known or not, that are nobody's name: they get into the draft."""
        if not 2 <= len(column.words) == column.distinct <= _MOST_KINDS:
            return False
        if all(map(vocabulary.role, column.texts)):
            return True
        names = [found.column for m in ("givenName", "familyName", "wholeName") if (found := self._table.find(m))]
        return column.share("given name") == 0 and not any(
            _CODE.fullmatch(word) is None or any(digest(word) in name.digests[""] for name in names)
            for word in column.words
        )

    def _told_apart(self, masks: Mapping[str, Mask]) -> dict[str, tuple[str, ...]]:
        """Which words pupils have and which staff; empty where a word is of both ages."""
        found: dict[str, list[str]] = {kind: [] for kind in KINDS}
        works = self._works()
        for text, mask in masks.items():
            young = self._share_of_young(mask)
            if young is None:
                continue
            if young >= _CLEAR:
                found["pupils"].append(text)
            elif young > 1 - _CLEAR:
                return {}
            elif works is None or float(works[mask].mean()) >= _SOME:
                found["staff"].append(text)
        return {kind: tuple(words) for kind, words in found.items() if words}

    def _works(self) -> Mask | None:
        """Who of the first rows stands where work is told; None where that is not known."""
        best = max(self._tables_beside(), key=lambda one: one.speaks_for("staff"), default=None)
        return best.mask if best is not None and best.speaks_for("staff") > 2 else None

    # -- by a table beside it ----------------------------------------------------------------------------------

    def _tables_beside(self) -> list[_Beside]:
        if self._beside is None:
            self._beside = [found for other in self._others for found in self._named_in(other)]
        return self._beside

    def _named_in(self, other: Table) -> Iterator[_Beside]:
        words = f"{WORDS['pupils']}|{WORDS['staff']}"
        link = self._links.to(other, self._table, unique_keys(self._table, self._key), words)
        if link is None or link.is_list or link.share < 0.5:
            return
        mask = np.isin(link.target.cells, link.column.cells[link.column.cells > 0])
        yield _Beside(other, link, mask, self._share_of_young(mask))

    def _by_role_beside(self) -> dict[str, Selection]:
        """A table that says of each what they are: by words that are known, or that only the young have."""
        best: tuple[float, dict[str, Selection]] = (0.0, {})
        for beside in self._tables_beside():
            for column in beside.table.columns:
                if column is beside.link.column or not self._may_be_codes(column):
                    continue
                mine = beside.link.column.cells
                masks = {text: np.isin(beside.link.target.cells, mine[column.having(text)]) for text in column.words}
                known = role_words(column)
                found = known if len(known) == 2 else self._told_apart(masks)
                if len(found) != 2:
                    continue
                covered = sum(int(masks[text].sum()) for words in found.values() for text in words if text in masks)
                score = covered / max(len(self._key.cells), 1) + (len(known) == 2) + 0.5 * (column.distinct <= 3)
                if score > best[0]:
                    best = score, self._of(beside, column, found, len(known) == 2)
        return best[1]

    @staticmethod
    def _of(beside: _Beside, role: Column, found: Mapping[str, tuple[str, ...]], known: bool) -> dict[str, Selection]:
        why = f"{role.name} of {beside.table.source} tells " + ("pupils from staff" if known else "young from old")
        guess = Guess(90 if known else 85, why) & beside.link.guess
        target = beside.link.target
        return {kind: Selection(target, found[kind], guess, beside.link, beside.table, role) for kind in KINDS}

    def _by_standing(self) -> dict[str, Selection]:
        """Pupils are those that are enrolled, staff those that work."""
        found = {}
        for kind in KINDS:
            places = [one for one in self._tables_beside() if one.speaks_for(kind) > 1]
            best = max(places, key=lambda one: one.speaks_for(kind) + 2 * float(one.mask.mean()), default=None)
            if best is not None:
                what = {"pupils": "pupils are", "staff": "staff are"}[kind]
                young = "" if best.young is None else f"; {percent(best.young)} of them are younger than 20"
                guess = Guess(likely(best.speaks_for(kind)), f"{what} those in {best.table.source}{young}")
                found[kind] = Selection(best.link.target, (), guess, best.link, best.table)
        return found


def unique_keys(table: Table, key: Column) -> list[Column]:
    """What others may call persons by: the key first."""
    told = [found.column for m in ("civicNo", "signature", "eppn", "email") if (found := table.find(m))]
    more = [column for column in told if column.distinct >= _NEARLY_ALL * column.filled]
    unique = [column for column in table.columns if column.unique]
    columns = [key, *more, *unique]
    return [column for number, column in enumerate(columns) if column not in columns[:number]][:8]
