"""Runs a compiled rule over rows: each gives an object's values, or says why it gives none."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from adapter.findings import RowRef
from adapter.mapping.plan import Enrichment, Rule
from adapter.mapping.row_findings import (
    UNDECIDED,
    Assumed,
    Impure,
    ItemFinding,
    ItemOmitted,
    NotExposed,
    RowFinding,
    RunStopped,
)
from adapter.mapping.scope import Frames, Row, row_key
from adapter.ss12000.codes import NOT_PROTECTED

ObjectValues = dict[str, Any]


class Rejected(Exception):
    """The row gives no valid object. `id` is "" where not even that can be told."""

    def __init__(self, object_id: str, finding: RowFinding, protected: bool = False) -> None:
        super().__init__(finding.code)
        self.id = object_id
        self.finding = finding
        self.protected = protected


class Withheld(Exception):
    """The person is protected and not to be sent; nothing but the id was looked at.

    `finding`: why that cannot be told, for one who is withheld to be safe. `number`: the personnummer, by which the
    same person is known under another key; "" where it cannot be read. `told`: by a mark, and not to be safe.
    `names`: given name, family name, user name, by which it is known what must be told nowhere.
    """

    def __init__(
        self, object_id: str, number: str, told: bool, finding: RowFinding | None = None, names: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self.names = names
        self.id = object_id
        self.number = number
        self.told = told
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Builder:
    """One rule, ready to run. `key` is what references to its objects look up, `counts` whether its conditions hold.

    `units` are the ids of the school units of a row's object, as far as they can be told where the rest cannot.
    """

    rule: Rule
    counts: Callable[[Row], bool]
    key: Callable[[Row], Hashable]
    make: Callable[[Row], ObjectValues | None]
    units: Callable[[Row], tuple[str, ...]]


def builder(rule: Rule, withhold: bool) -> Builder:
    """The rule as functions of a row. `make` gives None for rows that its conditions leave out.

    `make` raises Rejected, Withheld (only where `withhold`), NotExposed for what refers to something that is
    not published, RunStopped where the mapping says `missing: stop`.
    """
    enrichments = [_enricher(item) for item in rule.enrich]
    keep_row, keep_object = rule.view.keep or _all, rule.keep or _all
    id_of, build, marking = rule.id, rule.build, rule.marking

    def framed(row: Row) -> Frames:
        frames: Frames = (row,)
        for enrich in enrichments:
            frames = (*frames, enrich(frames))
        return frames

    def make(row: Row) -> ObjectValues | None:
        object_id, protected = "", False
        frames: Frames = (row,)
        try:
            if not keep_row(frames):
                return None
            if enrichments:
                frames = framed(row)
            if not keep_object(frames):
                return None
            object_id = id_of(frames)
            if rule.view.impure:
                _refuse_impure(rule, frames)
            if marking is not None:
                mark = _mark(marking, frames)
                protected = mark != NOT_PROTECTED
                if protected and withhold:
                    told = not isinstance(mark, Assumed)
                    unclear = _disagreement(rule, frames)
                    raise Withheld(object_id, _number(rule, frames), told, unclear, _names(rule, frames))
            values: ObjectValues = {"id": object_id}
            values.update(build(frames))
        except RunStopped:
            raise
        except RowFinding as finding:
            object_id = object_id or _id_if_any(rule, row)
            if marking is not None and not protected:
                protected, untold = _marked(rule, row)
                if protected and withhold and object_id:
                    names = _names(rule, (row,))
                    raise Withheld(object_id, _number(rule, (row,)), untold is None, untold, names) from None
            raise Rejected(object_id, _cause(rule, frames, finding), protected) from None
        return values

    def counts(row: Row) -> bool:
        return bool(keep_row((row,)) and (rule.keep is None or keep_object(framed(row))))

    uncounted = [_enricher(item, count=False) for item in rule.enrich]

    def units(row: Row) -> tuple[str, ...]:
        found: list[str] = []
        with suppress(RowFinding, ItemOmitted, NotExposed):
            frames: Frames = (row,)
            for enrich in uncounted:
                frames = (*frames, enrich(frames))
            for get in rule.whereabouts:
                at = get(frames)
                found += [unit["id"] for unit in (at if isinstance(at, list) else [at]) if unit]
        return tuple(dict.fromkeys(found))

    return Builder(rule, counts, row_key(rule.target.key.parts, rule.view.written), make, units)


def _cause(rule: Rule, frames: Frames, finding: RowFinding) -> RowFinding:
    """What is behind a finding: a second source's row is often missing because the personnummer cannot be read."""
    if rule.number is None or finding.code != "M300" or len(frames) == 1:
        return finding
    try:
        rule.number(frames)
    except ItemFinding:
        return finding
    except RowFinding as behind:
        return behind
    except (ItemOmitted, NotExposed):
        pass
    return finding


def _refuse_impure(rule: Rule, frames: Frames) -> None:
    """An id is for life: none is made of a cell that held a sign which nobody sees."""
    for cell in (part(frames) for part in rule.identity):
        if isinstance(cell, Impure):
            row = RowRef(rule.view.name, frames[0][0])
            raise RowFinding("M313", f"is made of a cell with {cell.sign} in it", row, rule.span, f"{rule.kind}.id")


def _all(frames: Frames) -> bool:
    return True


def _mark(marking: Callable[[Frames], Any], frames: Frames) -> str:
    """What is marked. Fails closed: a marking that cannot be read is a protection."""
    try:
        return marking(frames) or PROTECTED
    except (RowFinding, NotExposed):
        return PROTECTED


PROTECTED = Assumed("Sekretessmarkering")


def _number(rule: Rule, frames: Frames) -> str:
    """The personnummer of somebody protected, "" where it cannot be read."""
    try:
        return str(rule.number(frames) or "") if rule.number is not None else ""
    except (RowFinding, NotExposed, IndexError):  # a row that failed early has no second source's row beside it
        return ""


def _names(rule: Rule, frames: Frames) -> tuple[str, ...]:
    """Given name, family name and user name of somebody protected; "" for what cannot be read."""
    return tuple(_text(get, frames) for get in rule.told_of)


def _text(get: Callable[[Frames], Any] | None, frames: Frames) -> str:
    try:
        value = get(frames) if get is not None else ""
    except (RowFinding, ItemOmitted, NotExposed, IndexError):
        return ""
    return str((value[0] if value else "") if isinstance(value, list) else value or "")


def _disagreement(rule: Rule, frames: Frames) -> RowFinding | None:
    """Where merged rows say different things of protection, which is then told."""
    if not any(UNDECIDED in row for row in frames):
        return None
    words = "is said differently by rows that are one object; to be safe, the person counts as protected"
    return RowFinding("M341", words, RowRef(rule.view.name, frames[0][0]), rule.span, "Person.securityMarking")


def is_marked(rule: Rule, row: Row) -> bool:
    """Whether a row is about somebody protected, or may be."""
    return rule.marking is None or _marked(rule, row)[0]


def _marked(rule: Rule, row: Row) -> tuple[bool, RowFinding | None]:
    """Whether a row that failed early is protected; and why that cannot be told, where it cannot."""
    frames: Frames = (row,)
    unclear: list[_Unclear] = []
    for item in rule.enrich:
        try:
            frames = (*frames, _enricher(item, count=False)(frames))
        except RowFinding as finding:
            unclear.append(_Unclear((0,), finding))
            frames = (*frames, unclear[-1])
    protected = rule.marking is not None and _mark(rule.marking, frames) != NOT_PROTECTED
    return protected, next((found.finding for found in unclear if found.was_asked), None)


class _Unclear(tuple[Any, ...]):
    """In place of a row that cannot be told: whoever asks for a cell of it fails."""

    finding: RowFinding
    was_asked: bool

    def __new__(cls, cells: tuple[Any, ...], finding: RowFinding) -> _Unclear:
        found = super().__new__(cls, cells)
        found.finding, found.was_asked = finding, False
        return found

    def __getitem__(self, slot: Any) -> Any:
        self.was_asked = True
        raise self.finding


def _id_if_any(rule: Rule, row: Row) -> str:
    """The id, which needs the own row alone: known even where the rest of the row is in ruins."""
    try:
        return str(rule.id((row,)))
    except RowFinding:
        return ""


def _enricher(item: Enrichment, count: bool = True) -> Callable[[Frames], Row]:
    """Finds the second source's row: none is a row of empty cells, two that differ are a finding."""
    tally, key, name = item.tally if count else replace(item.tally, counts=[0, 0, 0]), item.key, item.name
    nothing: Row = (0, *("" for _ in tally.index.view.slots))
    rows_of, span = tally.index.rows, tally.span
    cells = slice(1, len(nothing))

    def enrich(frames: Frames) -> Row:
        wanted = key(frames)
        found = rows_of.get(wanted)
        if not found:
            tally.missed(wanted)
            return nothing
        first = found[0]
        if isinstance(first, RowFinding):
            raise first
        for other in found[1:]:
            if isinstance(other, RowFinding) or other[cells] != first[cells]:
                tally.counts[2] += 1
                row = RowRef(name, first[0])
                raise RowFinding("M341", "has the same key as another row that says something else", row, span, name)
        tally.counts[0] += 1
        return first

    return enrich
