"""What a mapping says, as statements that can be compared: `pupils.civicNo` is `elev.pnr`.

Views, `enrich` and `with` are followed to the tables behind them, so that two mappings that say the same in different
ways are alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

OPEN = "# DECIDE:"
_ASKED = ("skolan.", "text:1", "text:?")  # a school that no table knows: `init` asks for it once, under sources
_OWN = "*"  # the row itself
_ASKS = re.compile(r"# DECIDE: \w+: ")  # a remark about something that is not written
Words = Mapping[str, Mapping[str, int]]
"""Column (`elev.status`) -> the words that stand in it."""


@dataclass(frozen=True)
class Said:
    """One statement. `value`: columns; of `keep` words, `today`, or another column. `is_open`: left to decide."""

    value: tuple[str, ...]
    is_open: bool = False
    is_all: bool = False  # a condition that every row of the data satisfies


@dataclass
class _Row:
    """What names of columns mean here: those of the row, and of others by their prefix."""

    table: str
    prefixes: dict[str, str] = field(default_factory=dict)

    def column(self, name: str) -> str:
        prefix, dot, rest = name.partition(".")
        if dot and prefix in self.prefixes:
            return f"{self.prefixes[prefix]}.{rest}"
        return f"{self.table}.{name}"


class Statements:
    """The statements of a mapping's text: rule -> what -> Said. `words`: what stands in the data, for conditions."""

    def __init__(self, text: str, words: Words) -> None:
        self._lines = text.splitlines()
        self._words = words
        self._mapping: dict[str, Any] = yaml.load(text, yaml.BaseLoader)
        self._open: dict[tuple[str | int, ...], bool] = {}
        self._mark(yaml.compose(text, yaml.BaseLoader), ())
        self._sources = self._mapping.get("sources") or {}
        self.said: dict[str, dict[str, Said]] = {}
        for key in ("Organisation", "Person", "Duty", "Group", "Activity"):
            rules = self._mapping.get(key) or []
            for place, rule in enumerate(rules if isinstance(rules, list) else [rules]):
                path = (key, place) if isinstance(rules, list) else (key,)
                getattr(self, f"_{key.lower()}")(rule, path)

    # -- what is left to decide -----------------------------------------------------------------------------------

    def _mark(self, node: Any, path: tuple[str | int, ...]) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here = (*path, key.value)
                self._open[here] = self._asked(key.start_mark.line, value.end_mark.line)
                self._mark(value, here)
        elif isinstance(node, yaml.SequenceNode):
            for place, value in enumerate(node.value):
                self._mark(value, (*path, place))

    def _asked(self, first: int, last: int) -> bool:
        if OPEN in self._lines[first]:
            return True
        above = first - 1
        if not self._lines[first].startswith(" "):  # above a rule stands what is missing, not what is in it
            return False
        while above >= 0 and self._lines[above].lstrip().startswith("#"):
            if OPEN in self._lines[above] and not _ASKS.search(self._lines[above]):
                return True
            above -= 1
        return False

    def _is_open(self, *path: str | int) -> bool:
        return any(self._open.get(path[: length + 1], False) for length in range(len(path)))

    # -- tables behind names --------------------------------------------------------------------------------------

    def _base(self, name: str) -> str:
        told = self._sources.get(name) or {}
        return self._base(told["of"]) if isinstance(told, dict) and "of" in told else name

    def _row(self, name: str, rule: Mapping[str, Any] | None = None, outer: _Row | None = None) -> _Row:
        told = self._sources.get(name) or {}
        row = _Row(self._base(name), dict(outer.prefixes) if outer else {})
        for other in (told.get("with") or {}) if isinstance(told, dict) else {}:
            row.prefixes[other] = self._base(other)
        for other in (rule or {}).get("enrich") or {}:
            row.prefixes[other] = self._base(other)
        return row

    def _kept(
        self, name: str, row: _Row, own: Mapping[str, Any] | None, path: tuple[str | int, ...]
    ) -> dict[str, Said]:
        """`keep COLUMN` -> what of it counts: of the view, and of the rule."""
        found: dict[str, Said] = {}
        told = self._sources.get(name) or {}
        conditions = [("sources", name, "keep"), (*path, "keep")]
        for where, some in zip(conditions, ((told.get("keep") if isinstance(told, dict) else None), own), strict=True):
            for column, condition in (some or {}).items():
                full = row.column(column)
                value, is_all = self._selected(full, condition)
                found[f"keep {full}"] = Said(value, self._is_open(*where, column), is_all)
                for other in condition.get("found_in", {}) if isinstance(condition, dict) else ():
                    found.update(self._kept(other, self._row(other), None, ()))
        return found

    def _selected(self, column: str, condition: Any) -> tuple[tuple[str, ...], bool]:
        """The words that count, and whether all do."""
        if isinstance(condition, dict):
            if "on_or_before" in condition or "on_or_after" in condition:
                return ("today",), False
            if "found_in" in condition:
                found = condition["found_in"].items()
                return tuple(f"{self._base(table)}.{_column(its)}" for table, its in found), False
        there = {text for text in self._words.get(column, {}) if text}
        wanted = _words(condition, there)
        return tuple(sorted(wanted)), wanted == there

    # -- rules ------------------------------------------------------------------------------------------------------

    def _add(self, rule: str, what: str, value: Sequence[str], *path: str | int) -> None:
        if value:
            unknown = any(part.startswith(_ASKED) for part in value)
            self.said.setdefault(rule, {}).setdefault(what, Said(tuple(value), unknown or self._is_open(*path)))

    def _organisation(self, rule: Any, path: tuple[str | int, ...]) -> None:
        row = self._row(_source(rule["from"]))
        self._add("units", "rows", [row.table], *path, "from")
        self._fields("units", rule, row, path, "displayName", "schoolUnitCode")

    def _person(self, rule: Any, path: tuple[str | int, ...]) -> None:
        fields = rule["fields"]
        name, row = _source(rule["from"]), self._row(_source(rule["from"]), rule)
        kind = "pupils" if "enrolments" in fields or (path[-1] in ("Person", 0) and not _is_staff(rule)) else "staff"
        self._add(kind, "rows", [row.table], *path, "from")
        self.said.setdefault(kind, {}).update(self._kept(name, row, rule.get("keep"), path))
        wanted = ("givenName", "familyName", "eduPersonPrincipalNames", "emails", "securityMarking")
        self._fields(kind, rule, row, path, *wanted)
        self._add(kind, "civicNo", list(_columns(fields.get("civicNo.value"), row)), *path, "fields", "civicNo.value")
        if "enrolments" in fields:
            self._enrolments(fields["enrolments"], name, row, (*path, "fields", "enrolments"))

    def _enrolments(self, told: Any, outer_name: str, outer: _Row, path: tuple[str | int, ...]) -> None:
        row, fields = outer, told.get("fields") or told["list"][0]
        if "each" in told and not isinstance(told["each"], dict):
            row = self._row(told["each"], None, outer)
            row.prefixes[outer_name] = outer.table
            self.said.setdefault("enrolments", {}).update(self._kept(told["each"], row, told.get("keep"), path))
            mine = [row.column(column) for column in told.get("match", {})]
            self._add("enrolments", "person", mine, *path, "match")
        elif "each" in told:
            row = _Row(outer.table, {**outer.prefixes, outer_name: outer.table})
            fields = {**fields, "enroledAt": {"via": told["each"]["split"]}}
        if row.table == outer.table and "each" not in told:
            kept = {what: said for what, said in self.said["pupils"].items() if what.startswith("keep ")}
            self.said.setdefault("enrolments", {}).update(kept)
        self._add("enrolments", "rows", [row.table], *path, "each")
        inner = (*path, "fields") if "fields" in told else (*path, "list", 0)
        for attribute, what in (("enroledAt", "unit"), *((same, same) for same in _ENROLMENT)):
            self._add("enrolments", what, list(_columns(fields.get(attribute), row)), *inner, attribute)

    def _group(self, rule: Any, path: tuple[str | int, ...]) -> None:
        fields, row = rule["fields"], self._row(_source(rule["from"]), rule)
        kind = {"Klass": "classes", "Undervisning": "groups"}[fields["groupType"]["text"]]
        self._add(kind, "rows", [row.table], *path, "from")
        self.said.setdefault(kind, {}).update(self._kept(_source(rule["from"]), row, rule.get("keep"), path))
        self._fields(kind, rule, row, path, "displayName", "schoolType")
        self._add(kind, "unit", list(_columns(fields.get("organisation"), row)), *path, "fields", "organisation")
        if members := fields.get("groupMemberships"):
            which = {"classes": "class members", "groups": "group members"}[kind]
            self._members(which, "person", members, row, (*path, "fields", "groupMemberships"))

    def _members(self, rule: str, what: str, told: Any, outer: _Row, path: tuple[str | int, ...]) -> None:
        if "list" in told or isinstance(told["each"], dict):  # the group's own row names them
            inner = told["each"]["split"] if "each" in told else told["list"][0]
            person = list(_columns(inner, outer))[:1]
            table = person[0].partition(".")[0] if person else outer.table
            self._add(rule, "rows", [table], *path)
            self._add(rule, "person", person, *path)
            self._add(rule, "group", [f"{table}.{_OWN}"], *path)
            return
        row = self._row(told["each"], None, outer)
        self._add(rule, "rows", [row.table], *path, "each")
        self.said.setdefault(rule, {}).update(self._kept(told["each"], row, told.get("keep"), path))
        self._add(rule, "group", [row.column(column) for column in told["match"]], *path, "match")
        self._add(
            rule, "person", list(_columns(told["fields"], row))[:1], *path, "fields"
        )  # a duty's unit stands behind

    def _duty(self, rule: Any, path: tuple[str | int, ...]) -> None:
        fields, name = rule["fields"], _source(rule["from"])
        row = self._row(name, rule)
        self._add("duties", "rows", [row.table], *path, "from")
        self.said.setdefault("duties", {}).update(self._kept(name, row, rule.get("keep"), path))
        for attribute, what in (("person", "person"), ("dutyAt", "unit"), ("dutyRole", "dutyRole")):
            self._add("duties", what, list(_columns(fields.get(attribute), row)), *path, "fields", attribute)

    def _activity(self, rule: Any, path: tuple[str | int, ...]) -> None:
        fields, row = rule["fields"], self._row(_source(rule["from"]), rule)
        self._add("tests", "rows", [row.table], *path, "from")
        self._add("tests", "group", list(_columns(fields["groups"], row)), *path, "fields", "groups")
        self._add("tests", "test", list(_columns(fields["parentActivity"], row)), *path, "fields", "parentActivity")
        if teachers := fields.get("teachers"):
            self._members("teachers", "person", teachers, row, (*path, "fields", "teachers"))

    def _fields(self, rule: str, told: Any, row: _Row, path: tuple[str | int, ...], *wanted: str) -> None:
        for attribute in wanted:
            self._add(rule, attribute, list(_columns(told["fields"].get(attribute), row)), *path, "fields", attribute)


_ENROLMENT = ("schoolType", "schoolYear", "educationCode")
_NO_COLUMNS = ("text", "as", "when", "by", "type", "codes", "empty", "unknown", "ref", "of")


def _columns(value: Any, row: _Row) -> Iterator[str]:
    """The columns that a value is made of; `text:…` where it is constant."""
    if isinstance(value, str):
        yield row.column(value)
    elif isinstance(value, list):
        for item in value:
            yield from _columns(item, row)
    elif isinstance(value, dict):
        if "text" in value:
            yield f"text:{value['text']}"
        for key, inner in value.items():
            if key not in _NO_COLUMNS:
                yield from _columns(inner, row)


def _column(value: Any) -> str:
    return value if isinstance(value, str) else str(value["column"])


def _source(told: Any) -> str:
    return told if isinstance(told, str) else str(told["distinct"])


def _is_staff(rule: Any) -> bool:
    return "Skola personal" in str(rule) or "{'text': 'personal'}" in str(rule) or "personal" in str(rule["from"])


def _words(condition: Any, there: set[str]) -> set[str]:
    if isinstance(condition, dict):
        if "not" in condition:
            return there - _words(condition["not"], there)
        return _words(condition["in"], there) if "in" in condition else there
    if isinstance(condition, list):
        return {word for word in condition if word in there}
    return set() if condition == "empty" else {condition} & there


# -- how right it is ---------------------------------------------------------------------------------------------


def verdicts(
    right: Mapping[str, Mapping[str, Any]], said: Mapping[str, Mapping[str, Said]]
) -> Iterator[tuple[str, str, str, str]]:
    """(rule, statement, right | wrong | open, what was drafted) for all that a careful person would write."""
    told = [keep for kind in ("pupils", "staff") for keep in right.get(kind, {}).get("keep", {}).items()]
    persons = {f"keep {column}": _kept(kept) for column, kept in told}
    for rule, wanted in right.items():
        if rule == "teachers" and "tests" not in right:
            continue  # they are only of activities, which are only of tests
        mine = said.get(rule, {})
        for what, value in wanted.items():
            if what == "keep":
                for column, kept in value.items():
                    if isinstance(kept, str) and "." in kept and rule not in ("pupils", "staff"):
                        continue  # what is matched with a row of the other table stands there
                    found = mine.get(f"keep {column}")
                    yield rule, f"keep {column}", *_verdict(_kept(kept), found)
            else:
                alike = [] if value == "-" else [part.strip() for part in str(value).split("|")]
                yield rule, what, *_verdict(alike, mine.get(what))
        for what in mine:
            if what.startswith("keep ") and what[5:] not in wanted.get("keep", {}) and not _is_harmless(mine[what]):
                if what in persons and rule not in ("pupils", "staff"):
                    continue
                yield rule, what, *_verdict([], mine[what])


def _is_harmless(kept: Said) -> bool:
    """A date that holds for all, or only what takes a test."""
    return kept.is_all or kept.value == ("today",) or all("." in part for part in kept.value)


def _kept(value: Any) -> list[str]:
    return [" ".join(sorted(value))] if isinstance(value, list) else [value]


def _verdict(alike: Sequence[str], found: Said | None) -> tuple[str, str]:
    """Where nothing can be known, nothing said is right."""
    shown = " ".join(found.value) if found else ""
    if found is None or found.is_open:
        return ("open" if alike else "right"), shown
    own = {part.partition(".")[0] + f".{_OWN}" for part in alike}
    same = (
        bool(own.intersection(found.value))
        or " ".join(sorted(set(found.value))) in alike
        or (len(found.value) > 1 and found.value[-1] in alike)
    )
    return ("right" if same else "wrong"), shown
