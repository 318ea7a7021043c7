"""An object beside the rows that it is made of, as `preview` and `explain` show it: masked where it is protected.

Rows about persons are shown with persons only: beside a group, its members and teachers are told by their place.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby, repeat
from typing import Any

import orjson

from adapter.cli import output
from adapter.mapping.build import is_marked
from adapter.mapping.plan import Rule
from adapter.mapping.scope import Row
from adapter.masking import masked
from adapter.ss12000.profile import Values
from adapter.ss12000.rules import is_protected
from adapter.ss12000.types import ResourceType
from adapter.sync.trace import Lookups, SourceRow

_WIDTH = 116
_MOST = 12  # rows of one object


@dataclass
class Exhibits:
    """Makes entries of what is built. Make them while it is built: later, what was looked up is forgotten."""

    lookups: Lookups = field(default_factory=Lookups)
    _protected: set[str] = field(default_factory=set)

    def note(self, values: Values) -> None:
        """Remember a person who is protected: what refers to that person is masked too. Persons come first."""
        if is_protected(values):
            self._protected.add(values["id"])

    def entry(self, rule: Rule, row: Row, values: Values) -> dict[str, Any]:
        """An object, its rows, and the lines of the mapping that made it."""
        hidden = self._is_about_protected(rule, values)
        rest = {name: value for name, value in values.items() if name != "id"}
        return {
            **self._beside(rule, row, hidden),
            "object": {"id": values["id"], **(_masked(rest) if hidden else rest)},
            "lines": self._lines(rule),
        }

    def lost(self, rule: Rule, row: Row) -> dict[str, Any]:
        """A row that gives no object: nothing of it is shown where it may be about somebody protected."""
        person = rule.kind is ResourceType.PERSON
        return self._beside(rule, row, is_marked(rule, row) if person else rule.kind is ResourceType.DUTY)

    def _beside(self, rule: Rule, row: Row, hidden: bool) -> dict[str, Any]:
        own, *others = self.lookups.made_of(rule, row)
        shown = [self._shown(rule, own, hidden, own=True), *(self._shown(rule, other, hidden) for other in others)]
        return {
            "type": str(rule.kind),
            "source": f"{rule.view.name}:{row[0]}",
            "rule": str(rule.span),
            "row": shown[0]["cells"],
            "rows": shown,
            "protected": hidden,
        }

    def _is_about_protected(self, rule: Rule, values: Values) -> bool:
        about = values["id"] if rule.kind is ResourceType.PERSON else values.get("person", {}).get("id")
        return about in self._protected

    def _shown(self, rule: Rule, row: SourceRow, hidden: bool, own: bool = False) -> dict[str, Any]:
        cells = row.cells
        if rule.kind is not ResourceType.PERSON:
            persons, joined = self._about_persons, {item.tally.index.view.source for item in rule.enrich}
            if row.source in persons or (not own and row.source not in joined):
                used = self._columns(rule) if own else ()
                cells = {column: text for column, text in cells.items() if column in used}
            keys = self._keys_of_people(rule)
            cells = {column: masked(text) if column in keys else text for column, text in cells.items()}
        return {"source": f"{row.source}:{row.number}", "cells": _masked(cells) if hidden else cells}

    def _keys_of_people(self, rule: Rule) -> set[str]:
        """Columns by which a group or activity names its people, who may be protected."""
        if rule.kind is ResourceType.DUTY:  # is masked as a whole where its person is
            return set()
        people = [found for found in self._covered(rule) if found.subject.rpartition(".")[2] in ("person", "duty")]
        return {column for found in people for column in found.columns}

    def settle(self, entry: dict[str, Any], withheld: Container[str], waiting: Container[str]) -> None:
        """Mask what turned out to be about somebody withheld: another row said so, or an earlier night (`waiting`)."""
        values = entry["object"]
        about = values["id"] if entry["type"] == ResourceType.PERSON else values.get("person", {}).get("id")
        if about in withheld:
            hide(entry)
            entry["why"] = "withheld: another row says that this person is protected"
            if about in waiting:
                entry["why"] = "withheld: this person was protected, and the mark has not been gone for long enough"

    @property
    def _about_persons(self) -> set[str]:
        """Sources that rules for persons read or look into."""
        rules = self.lookups.plan.rules[ResourceType.PERSON]
        return {view.source for rule in rules for view in (rule.view, *(index.view for index in rule.indexes))}

    def _columns(self, rule: Rule) -> set[str]:
        """What a rule makes of its own row: its attributes' columns and its key, or those that it is distinct by."""
        attributes = {column for found in self._covered(rule) for column in found.columns if not rule.distinct}
        return attributes | set(rule.target.key.columns)

    def _lines(self, rule: Rule) -> list[dict[str, str]]:
        """Attribute, where it comes from, and where the mapping says so."""
        return [
            {"attribute": found.subject.partition(".")[2], "from": found.origin, "place": str(found.span)}
            for found in self._covered(rule)
            if found.origin
        ]

    def _covered(self, rule: Rule) -> Iterator[Any]:
        return (found for found in dict.fromkeys(self.lookups.plan.coverage) if found.place == rule.span)


def hide(entry: dict[str, Any]) -> None:
    """Mask all of an entry but its id."""
    if "object" in entry:
        values = entry["object"]
        entry["object"] = {"id": values["id"], **_masked({k: v for k, v in values.items() if k != "id"})}
    entry["rows"] = [{**row, "cells": _masked(row["cells"])} for row in entry["rows"]]
    entry["row"] = entry["rows"][0]["cells"]
    entry["protected"] = True


def describe_rows(found: dict[str, Any]) -> None:
    """The rows, a paragraph each; those without cells by their numbers."""
    shown = [row for row in found["rows"] if any(row["cells"].values())]
    width = max((len(row["source"]) for row in shown), default=0)
    for row in shown[:_MOST]:
        cells = "  ".join(f"{column}={text!r}" for column, text in row["cells"].items() if text)
        lines = textwrap.wrap(cells, _WIDTH - width - 6, break_long_words=False, break_on_hyphens=False)
        for before, line in zip(chain([row["source"]], repeat("")), lines, strict=False):
            output.line(f"    {before.ljust(width)}  {line}")
    if len(shown) > _MOST:
        output.line(f"    … and {len(shown) - _MOST} rows more")
    places = [row["source"].rpartition(":") for row in found["rows"] if row not in shown]
    for source, of_source in groupby(places, lambda place: place[0]):
        numbers = [number for _, _, number in of_source]
        more = f" … and {len(numbers) - _MOST} more" if len(numbers) > _MOST else ""
        output.line(f"    {source}: {output.plural(len(numbers), 'row')}: {', '.join(numbers[:_MOST])}{more}")


def describe_object(found: dict[str, Any]) -> None:
    """The object as it goes out."""
    for text in orjson.dumps(found["object"], option=orjson.OPT_INDENT_2).decode().splitlines():
        output.line(f"    {text}")


def describe_lines(found: dict[str, Any]) -> None:
    """The object attribute by attribute, beside the columns and the lines of the mapping that gave them."""
    rows = []
    for path, value in _flat(found["object"]):
        name = re.sub(r"\[\d+\]", "", path)
        lines = [line for line in found["lines"] if name == line["attribute"] or name == f"{line['attribute']}.id"]
        origin = " or ".join(dict.fromkeys(line["from"] for line in lines))
        rows.append((path, str(value), origin, " ".join(dict.fromkeys(line["place"] for line in lines))))
    widths = [min(max((len(row[n]) for row in rows), default=0), 48) for n in range(3)]
    for row in rows:
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        output.line(f"    {cells}  {row[3]}".rstrip())


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _flat(inner, f"{path}[{number}]")
    else:
        yield path, value


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _masked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner) for inner in value]
    return masked(value) if isinstance(value, str) else value
