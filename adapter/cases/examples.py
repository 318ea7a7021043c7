"""The `tests:` of a mapping: rows in, objects out, by the same code path as the nightly run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from pydantic import BaseModel

from adapter.errors import AdapterError
from adapter.findings import Finding, did_you_mean
from adapter.mapping import language
from adapter.mapping.almanac import Almanac
from adapter.mapping.plan import Rule
from adapter.mapping.reader import Reader
from adapter.mapping.scope import Row
from adapter.mapping.syntax import Items, Node, Scalar, Table, parse
from adapter.settings import Settings
from adapter.ss12000.profile import Values
from adapter.ss12000.types import ResourceType
from adapter.sync.inputs import Inputs
from connectors.base import Batch

Headers = Mapping[str, Sequence[str] | None]


@dataclass(frozen=True)
class Outcome:
    """How many tests there are, and what is wrong with those that failed."""

    count: int
    findings: list[Finding]


def run_tests(inputs: Inputs, headers: Headers) -> Outcome:
    """Every test of the mapping. `headers`: the sources' columns, None where they were not looked at."""
    tree, _ = parse(inputs.mapping, inputs.mapping_name)
    reader = Reader(Almanac(inputs.date()))
    tests = tree.get("tests")
    if tests is None:
        return Outcome(0, [])
    nodes = tests.items if isinstance(tests, Items) else (tests,)
    for node in nodes:
        _run(inputs, headers, reader, reader.table(node, tests.span))
    return Outcome(len(nodes), reader.findings)


def _run(inputs: Inputs, headers: Headers, reader: Reader, test: Table) -> None:
    test = reader.words(test, language.TEST, "a test")
    name = reader.text(test.get("name") or Scalar("without a name", test.span))
    rows = _rows(reader, test, headers)
    try:
        today = dt.date.fromisoformat(reader.text(test.get("today") or Scalar(inputs.date().isoformat(), test.span)))
    except ValueError:
        reader.report("M113", "today is a date: ÅÅÅÅ-MM-DD.", test.span)
        return
    try:
        said = replay(replace(inputs, today=today), headers, rows)
    except AdapterError as error:
        why = str(error.findings[0]) if error.findings else error.message
        reader.report("M260", f'the test "{name}" cannot run: {why}', test.span)
        return
    _compare(reader, name, test, said.objects)
    wanted = sorted(reader.texts(test.get("issues") or Items((), test.span)))
    if wanted != said.codes:
        words = "; ".join(map(str, said.findings)) or "nothing"
        message = f'the test "{name}" expects {", ".join(wanted) or "no"} findings, and has: {words}.'
        reader.report("M260", message, test.span)


@dataclass(frozen=True)
class Replayed:
    """What rows come to: type -> objects, findings but for notes, and how many persons are withheld."""

    objects: dict[str, list[Values]]
    findings: list[Finding]
    withheld: int

    @property
    def codes(self) -> list[str]:
        """Of the findings, in order."""
        return sorted(finding.code for finding in self.findings)

    def same(self, other: Replayed) -> bool:
        """Whether as many objects of each type and the same findings come of both."""
        counts = [{kind: len(found) for kind, found in one.objects.items()} for one in (self, other)]
        return counts[0] == counts[1] and (self.codes, self.withheld) == (other.codes, other.withheld)


def replay(inputs: Inputs, headers: Headers, rows: Mapping[str, list[dict[str, str]]]) -> Replayed:
    """What these rows come to by themselves, by the code of the nightly run. Raises AdapterError."""
    from adapter.store.changes import Spool  # the run and its state are loaded only where something is tried
    from adapter.store.engine import open_store
    from adapter.sync.gather import assemble
    from adapter.sync.report import Report

    connectors = {name: _Given(name, rows.get(name, []), header) for name, header in headers.items()}
    staged = replace(inputs, connectors=connectors, expectations=False, settings=anywhere(inputs.settings))
    found: dict[str, list[Values]] = {str(kind): [] for kind in ResourceType}

    def observe(rule: Rule, row: Row, values: Values) -> None:
        found[str(rule.kind)].append(values)

    report = Report("test", 0)
    store = open_store("sqlite:///:memory:")
    try:
        with Spool() as spool:
            assembly = assemble(store, staged, report, spool, observe)
    finally:
        store.close()
    groups = found[str(ResourceType.GROUP)]
    found[str(ResourceType.GROUP)] = [values for values in groups if values["id"] not in assembly.emptied]
    findings = [finding for finding in report.findings.in_order() if finding.severity != "note"]
    return Replayed(found, findings, len(assembly.stages[ResourceType.PERSON].withheld))


def anywhere(settings: Settings) -> Settings:
    """Without a choice of school units: invented ones would not be among them."""
    return settings.model_copy(update={"profile": settings.profile.model_copy(update={"school_units": ()})})


def _rows(reader: Reader, test: Table, headers: Headers) -> dict[str, list[dict[str, str]]]:
    """Source -> rows; a source that the test does not name is empty."""
    found: dict[str, list[dict[str, str]]] = {name: [] for name in headers}
    for source, node in reader.table(test.get("rows"), test.span).entries:
        if source.value not in found:
            known = did_you_mean(source.value, found)
            reader.report("M200", f'there is no source "{source.value}".', source.span, known)
            continue
        for item in node.items if isinstance(node, Items) else (node,):
            table, header = reader.table(item, node.span), headers[source.value]
            for key, _ in table.entries:
                if header is not None and key.value not in header:
                    message = f'source "{source.value}" has no column "{key.value}".'
                    reader.report("M210", message, key.span, did_you_mean(key.value, header))
            found[source.value].append({key.value: reader.text(value) for key, value in table.entries})
    return found


def _compare(reader: Reader, name: str, test: Table, found: Mapping[str, list[Values]]) -> None:
    """Each expected object must be there, and no other of a type that the test names."""
    for kind, node in reader.table(test.get("gives"), test.span).entries:
        if kind.value not in found:
            reader.report("M113", f'"{kind.value}" is no type.', kind.span, did_you_mean(kind.value, found))
            continue
        expected = node.items if isinstance(node, Items) else (node,)
        left = list(found[kind.value])
        for item in expected:
            fits = next((values for values in left if not _difference(item, values)), None)
            if fits is None:
                closest = min((_difference(item, values) for values in left), key=len, default=["there is none left"])
                message = f'the test "{name}" gives no such {kind.value}: {"; ".join(closest[:3])}.'
                reader.report("M260", message, item.span)
            else:
                left.remove(fits)
        if left and len(left) == len(found[kind.value]) - len(expected):
            reader.report("M260", f'the test "{name}" gives {len(left)} more {kind.value} than expected.', node.span)


def _difference(expected: Node, value: Any, path: str = "") -> list[str]:
    """Where a value is not as expected; attributes that are not named do not matter."""
    if isinstance(expected, Table):
        if not isinstance(value, dict):
            return [f"{path} is not there"]
        pairs = [
            (f"{path}.{key.value}" if path else key.value, node, _part(value, key.value))
            for key, node in expected.entries
        ]
        return [words for inner, node, part in pairs for words in _difference(node, part, inner)]
    if isinstance(expected, Items):
        if not isinstance(value, list) or len(value) != len(expected.items):
            return [f"{path} has {len(value) if isinstance(value, list) else 0} items, not {len(expected.items)}"]
        pairs_ = zip(expected.items, value, strict=True)
        return [words for node, part in pairs_ for words in _difference(node, part, path)]
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return [] if text == expected.value else [f"{path} is {text!r}, not {expected.value!r}"]


def _part(value: Any, names: str) -> Any:
    """A part by its dotted name."""
    for name in names.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


class _Given:
    """A source that holds a test's rows."""

    Options: ClassVar[type[BaseModel]] = BaseModel
    age_hours = None

    def __init__(self, name: str, rows: list[dict[str, str]], header: Sequence[str] | None) -> None:
        self.name = name
        self._rows = rows
        named = dict.fromkeys(column for row in rows for column in row)
        self.columns = tuple(header) if header is not None else tuple(named)

    def open(self) -> _Given:
        return self

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        yield Batch(1, [[row.get(column, "") for column in columns] for row in self._rows])

    def __enter__(self) -> _Given:
        return self

    def __exit__(self, *details: object) -> None:
        """Nothing is open."""
