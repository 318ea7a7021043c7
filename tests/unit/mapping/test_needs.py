"""docs/mapping.md, "What real sources need": every row is true, whatever order the source's rows are in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest
from support import small_school
from support.needs import ASKED, NEEDS, Need
from support.small_school import OpenData

from adapter.store.changes import Spool
from adapter.store.engine import Store, open_store
from adapter.sync.gather import assemble
from adapter.sync.report import Report
from connectors.base import Batch

MANUAL = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
SECTION = MANUAL.partition("### What real sources need\n")[2].partition("\n### ")[0]
ROWS = [
    (source, said)
    for source, said in re.findall(r"^\| (.+?) \| (.+) \|$", SECTION, flags=re.MULTILINE)
    if source not in ("The source", "---")
]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """A state in which nothing is published: nothing is written to it."""
    with closing(open_store("sqlite://")) as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, for the files that a connector reads."""
    monkeypatch.chdir(tmp_path)


BY_NEED = pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.source)


def test_every_row_of_the_manual_has_a_case_and_every_case_a_row() -> None:
    assert sorted(source for source, _ in ROWS) == sorted({need.source for need in NEEDS})


@pytest.mark.parametrize(("source", "said"), ROWS, ids=[source for source, _ in ROWS])
def test_what_the_manual_writes_is_what_a_case_of_that_row_writes(source: str, said: str) -> None:
    written = [_plain(need.mapping + need.config) for need in NEEDS if need.source == source]
    for snippet in re.findall(r"`([^`]+)`", said):
        pattern = re.escape(_plain(snippet)).replace("…", ".*")
        assert any(re.search(pattern, text) for text in written), snippet


@pytest.mark.parametrize("point", ASKED)
def test_every_point_that_is_asked_for_is_met_by_a_case(point: str) -> None:
    assert set(ASKED[point]) <= {need.source for need in NEEDS}


@BY_NEED
@pytest.mark.usefixtures("folder")
def test_what_a_source_needs_can_be_said(need: Need, store: Store) -> None:
    found = outcome(need, need.connectors(need.rows), store)
    for kind, expected in need.gives.items():
        assert shown(found.readable[kind], [expected]) == shown(expected, [expected]), found.findings
    assert found.codes == need.findings, found.findings
    everything = orjson.dumps(found.objects).decode() + found.findings
    assert [text for text in need.never if text in everything] == []


@BY_NEED
@pytest.mark.usefixtures("folder")
def test_the_order_of_the_rows_changes_nothing(need: Need, store: Store) -> None:
    connectors = need.connectors(need.rows)
    first = outcome(need, connectors, store)
    last = outcome(need, {name: Turned(connector) for name, connector in connectors.items()}, store)
    assert (last.objects, last.codes) == (first.objects, first.codes)


@pytest.mark.parametrize("need", [need for need in NEEDS if need.later], ids=lambda need: need.source)
def test_an_object_keeps_its_id_when_its_rows_change(need: Need, store: Store) -> None:
    first, later = (outcome(need, need.connectors(rows), store) for rows in (need.rows, need.later))
    assert first.objects != later.objects
    assert _ids(first) == _ids(later)


class Outcome(NamedTuple):
    """What is published: type -> id -> object, as it is and with references told by name; and what was found."""

    objects: dict[str, dict[str, Any]]
    readable: dict[str, list[Any]]
    codes: list[str]
    findings: str


def outcome(need: Need, connectors: Mapping[str, Any], store: Store) -> Outcome:
    """What a night publishes of these sources, after everything is judged."""
    data = Remembering()
    inputs = replace(
        small_school.inputs(dict(connectors), mapping=need.mapping), open_data=lambda: data, today=need.today
    )
    report = Report("r", 0)
    with Spool() as spool:
        assembly = assemble(store, inputs, report, spool)
        objects = {
            str(kind): {key: orjson.loads(spool.body(stage.changed[key])) for key in stage.current}
            for kind, stage in assembly.stages.items()
        }
    findings = [finding for finding in report.findings.in_order() if finding.severity != "note"]
    codes = sorted(finding.code for finding in findings)
    return Outcome(objects, readable(objects, data.names), codes, "\n".join(map(str, findings)))


def readable(objects: Mapping[str, dict[str, Any]], known: Mapping[str, str]) -> dict[str, list[Any]]:
    """References as the name of what they lead to: a unit's code, a pupil's given name, `Majken at 31279295`."""
    names = dict(known)
    for kind, attribute in (("Person", "givenName"), ("Group", "displayName")):
        names.update((key, values[attribute]) for key, values in objects[kind].items())
    for key, duty in objects["Duty"].items():
        names[key] = f"{names[duty['person']['id']]} at {names[duty['dutyAt']['id']]}"

    def told(value: Any) -> Any:
        if isinstance(value, list):
            return [told(item) for item in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"id"}:
            return names[value["id"]]
        lone = set(value) in ({"person"}, {"duty"})
        return told(next(iter(value.values()))) if lone else {key: told(part) for key, part in value.items()}

    return {kind: [told(values) for values in some.values()] for kind, some in objects.items()}


def shown(found: Any, like: Sequence[Any]) -> Any:
    """Of what was found the attributes that one of those names, lists in an order of their own, as texts."""
    if isinstance(found, dict):
        of_name = {key: [one[key] for one in like if key in one] for one in like for key in one}
        return {key: shown(found[key], inner) for key, inner in sorted(of_name.items()) if key in found}
    if isinstance(found, list):
        items = [item for one in like for item in one]
        return sorted((shown(item, items) for item in found), key=orjson.dumps)
    return str(found)


class Turned:
    """A source from its last row to its first."""

    def __init__(self, connector: Any) -> None:
        self._connector = connector

    def open(self) -> Turned:
        self._table = self._connector.open()
        self.columns, self.age_hours = self._table.columns, self._table.age_hours
        return self

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        rows = [row for batch in self._table.batches(columns) for row in batch.rows]
        yield Batch(1, rows[::-1])

    def __enter__(self) -> Turned:
        return self

    def __exit__(self, *details: object) -> None:
        self._table.__exit__(*details)


class Remembering(OpenData):
    """Skolverket's names, with what each id was the id of."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def school_unit_id(self, code: str) -> str:
        found = super().school_unit_id(code)
        self.names[found] = code
        return found

    def test_activity_id(self, name: str) -> str | None:
        found = super().test_activity_id(name)
        if found is not None:
            self.names[found] = name
        return found


def _ids(found: Outcome) -> dict[str, set[str]]:
    return {kind: set(some) for kind, some in found.objects.items()}


def _plain(text: str) -> str:
    """Without regard to where lines end."""
    return re.sub(r"\s+", " ", text)
