"""Mappings over rows in memory: what is wrong with one, and what objects it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapter.findings import Finding
from adapter.mapping.compile import Surroundings, compile_mapping
from adapter.mapping.plan import Plan, Rule
from adapter.mapping.scope import Row
from adapter.ss12000 import profile
from adapter.ss12000.shape import shapes
from adapter.store.changes import Spool
from adapter.store.engine import open_store
from adapter.sync.assemble import Assembly, Observer
from adapter.sync.findings import Findings
from adapter.sync.gather import assemble
from adapter.sync.report import Report
from support import small_school
from support.small_school import TODAY, OpenData

SHAPES = shapes(profile.shipped())


def compiled(mapping: str, headers: Mapping[str, Sequence[str] | None]) -> Plan:
    """The mapping against these headers; the file is called m.yaml."""
    around = Surroundings(headers, SHAPES, b"\0" * 16, OpenData(), Findings(), TODAY)
    return compile_mapping(mapping, "m.yaml", around)


def objects(mapping: str, tables: Mapping[str, list[dict[str, Any]]]) -> tuple[dict[str, list[Any]], list[Finding]]:
    """Type -> objects as the rows give them, before anything is judged for publication; and the findings."""
    found: dict[str, list[Any]] = {}

    def observe(rule: Rule, row: Row, values: dict[str, Any]) -> None:
        found.setdefault(str(rule.kind), []).append(values)

    _, findings = _assembled(mapping, tables, observe)
    return found, [finding for finding in findings if finding.severity != "note"]


def notes(mapping: str, tables: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    """What is told of these rows that is no fault."""
    return [str(finding) for finding in _assembled(mapping, tables, None)[1] if finding.severity == "note"]


def digests(mapping: str, tables: Mapping[str, Any]) -> dict[str, dict[str, bytes]]:
    """Type -> what would be published: id -> digest. `tables` are rows, or connectors."""
    assembly, _ = _assembled(mapping, tables, None)
    return {str(kind): stage.current for kind, stage in assembly.stages.items()}


def _assembled(mapping: str, tables: Mapping[str, Any], observe: Observer | None) -> tuple[Assembly, list[Finding]]:
    store = open_store("sqlite://")
    report = Report("r", 0)
    with Spool() as spool:
        assembly = assemble(store, small_school.inputs(dict(tables), mapping=mapping), report, spool, observe)
    store.close()
    return assembly, report.findings.in_order()
