"""Which rows count: dates that hold today, who goes on, which forms of school take tests, which years."""

from __future__ import annotations

from adapter.drafting.guesses import Guess, decide
from adapter.drafting.layout import EMPTY, Entry, Flow, flow, one_of, quoted, remark
from adapter.drafting.understanding import vocabulary
from adapter.drafting.understanding.holding import NOT_ACTIVE
from adapter.drafting.understanding.tables import Found, Table
from adapter.drafting.writing.codes import Codes
from adapter.mapping.synonyms import plain

_BEFORE_SCHOOL = frozenset(("0", "00", "f", "fa", "fb", "fc", "fk", "kg", "ps", "fsk"))


def dates(table: Table, prefix: str = "") -> list[Entry]:
    """`keep` on from and to, where there are any; who has none is not left out."""
    said = []
    for meaning, word in (("from", "on_or_before"), ("to", "on_or_after")):
        if found := table.find(meaning):
            condition: dict[str, Flow] = {word: "today", "or": EMPTY}
            if found.column.date_form:
                condition["as"] = f"date({found.column.date_form})"
            said.append(Entry(prefix + found.name, condition, found.guess.note))
    return said


def current(table: Table, codes: Codes) -> list[Entry]:
    """Dates, and flags whose words are all known: which rows of a table that is not of people hold now."""
    said = dates(table)
    for found in table.all("status"):
        words = list(found.column.words)
        known = [meaning for text in words if (meaning := vocabulary.status(text))]
        if len(known) == len(words) and any(meaning.percent > 80 for meaning in known):
            said.extend(_status(found, codes))
    return said


def status(table: Table, codes: Codes) -> list[Entry]:
    """Who goes on, by columns of words or flags: what they mean is known, probable, or asked."""
    return [entry for found in table.all("status") if found.column.words for entry in _status(found, codes)]


def _status(found: Found, codes: Codes) -> list[Entry]:
    column, name = found.column, found.name
    known = {text: meaning for text in column.words if (meaning := vocabulary.status(column.meant(text)))}
    shown = codes.writable(column, vocabulary.status)
    if len(shown) < len(column.words):
        more = f"{column.distinct} different texts, not shown here for they may be about persons"
        return [remark(decide(f"which of {quoted(name)} go on? It has {more}: keep: {{{quoted(name)}: […]}}"))]
    on = "off" if NOT_ACTIVE.match(plain(name)) else "on"
    active = [text for text in shown if text not in known or known[text].word == on]
    if not active:
        return [remark(decide(f"which of {quoted(name)} go on? keep: {{{quoted(name)}: {flow(shown)}}}"))]
    sure = min((meaning.percent for meaning in known.values()), default=0)
    why = f"of {', '.join(map(quoted, shown))} these go on"
    if len(known) < len(shown):
        sure, why = min(sure, 50), f"of {', '.join(map(quoted, shown))}: strike those that have left"
    elif column.distinct == 1:
        sure, why = 80, "all rows have it"
    condition = one_of(active)
    if column.filled < column.looked:
        condition = {"in": condition, "or": EMPTY}
        sure -= 5
    return [Entry(name, condition, Guess(sure, why).note)]


def school_types(found: Found | None, codes: Codes, prefix: str = "") -> list[Entry]:
    """`keep` on the forms of school that take tests; what they are called goes into the code list."""
    if found is None:
        return []
    column = found.column
    words = [(text, m) for text in sorted(column.words) if (m := vocabulary.school_type(column.meant(text)))]
    codes.add("skolform", words)
    if not words:
        codes.finish("skolform", [remark(decide(f"which of {quoted(found.name)} is GR, SP, SAM, GY or VUXGY?"))])
    shown = codes.writable(column, vocabulary.school_type)
    if len(shown) < len(column.words):
        note = found.guess.note
        if any(not vocabulary.is_form_of_school(column.meant(text)) for text in column.words):
            note = decide("other forms are there, not shown here for they may be about persons: do any take tests?")
        return [Entry(prefix + found.name, [text for text, _ in words], note)]
    others = sorted(set(filter(None, shown)) - {text for text, _ in words})  # a form that comes later is to be told
    note = found.guess.note
    if unknown := [text for text in others if not vocabulary.takes_no_test(column.meant(text))]:
        note = decide(
            f"{', '.join(map(quoted, unknown))}: is it a form of school that takes tests? If so, name it in codes"
        )
    return [Entry(prefix + found.name, {"not": one_of(others)}, note)] if others else []


def school_type(found: Found | None, prefix: str = "") -> tuple[Flow, str]:
    """A schoolType, and its note."""
    if found is None:
        return {"text": "GR"}, decide(
            "guess 50 %: most are; no column tells the form of school (GR, SP, SAM, GY, VUXGY)"
        )
    return {"column": prefix + found.name, "codes": "skolform"}, found.guess.note


def years(found: Found | None) -> list[Entry]:
    """`keep` without the years before school, which take no test."""
    if found is None:
        return []
    before = [text for text in sorted(found.column.words) if text.casefold() in _BEFORE_SCHOOL]
    if len(before) == 1:
        return [Entry(found.name, {"not": before[0]}, Guess(90, "they are in förskoleklass").note)]
    return [Entry(found.name, {"not": before}, Guess(90, "they are in förskoleklass").note)] if before else []


def year(found: Found, prefix: str = "") -> Flow:
    """A schoolYear: the number in what is written."""
    column = found.column
    steps: list[str] = ["integer"]
    if column.share("list") > 0.02:
        steps = ["split(,)", "first", "integer"]
    elif column.share("year") < 0.9:
        steps = ["pattern(^[^0-9]*([0-9]+)[^0-9]*$)", "integer"]  # of a range (1-3) nobody knows which it is
    return {"column": prefix + found.name, "as": steps[0] if len(steps) == 1 else steps, "empty": "omit"}
