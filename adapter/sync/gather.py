"""Reads the sources, maps their rows, and puts all objects together: what previews show and a run publishes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any, Protocol

from adapter.errors import ConfigError, SourceFailed
from adapter.findings import Finding, Severity
from adapter.mapping.cells import converted
from adapter.mapping.compile import Surroundings, compile_mapping
from adapter.mapping.plan import Plan, Tally
from adapter.mapping.row_findings import RunStopped
from adapter.ss12000.shape import shapes
from adapter.ss12000.types import ResourceType
from adapter.store import absent, protected, publish
from adapter.store.changes import Spool
from adapter.store.engine import Store
from adapter.store.protected import Remembered
from adapter.sync import shrink
from adapter.sync.assemble import Assembly, Missed, Observer
from adapter.sync.differences import kept
from adapter.sync.differences.night import Night
from adapter.sync.differences.record import Record
from adapter.sync.differences.selection import Selection
from adapter.sync.differences.shelf import Unusual
from adapter.sync.extract import Extraction, Sources
from adapter.sync.goes_by import CHECKED_WITH, LENGTHS, MAPPED_WITH, digest, rules_now
from adapter.sync.inputs import Inputs
from adapter.sync.placing import place_findings
from adapter.sync.report import Report
from adapter.sync.stage import Stage
from adapter.sync.trace import Lookups
from adapter.sync.watch import Watch, shares


def assemble(
    store: Store,
    inputs: Inputs,
    report: Report,
    spool: Spool,
    observe: Observer | None = None,
    miss: Missed | None = None,
    trace: Lookups | None = None,
    at_once: bool = False,
    known: Mapping[str, Remembered] | None = None,
    memory: Record | None = None,
) -> Assembly:
    """All objects as the sources give them now: what previews show and what a run publishes.

    `observe` is shown every object beside its row, `miss` every row that gives none, with what is wrong with it,
    `trace` what each row looks up. `at_once`: nobody waits who was protected and has lost the mark.
    `known`: who was protected, where that stands in another state than `store`. `memory` writes the run down; a `Night`
    builds only what differs from the run that was written down last.

    Raises SourceFailed, ConfigError; Unusual from a `Night`.
    """
    with ExitStack() as stack:
        with report.timed("open"):
            lengths = store.setting(LENGTHS)
            since = shrink.last_time(lengths)
            report.progress.expect(shrink.rows(lengths))
            sources = stack.enter_context(Sources(inputs.connectors, since))
            plan = compiled(inputs, sources, report, trace or memory)
        if plan.errors:
            same = store.setting(MAPPED_WITH) == digest(inputs.mapping)
            failure = SourceFailed if same else ConfigError  # a mapping that was good yesterday is not to blame
            raise failure(
                "the sources no longer fit the mapping" if same else "the mapping is wrong; nothing was read",
                plan.errors,
            )
        for finding in plan.findings:
            report.findings.add(finding)
        persons = {rule.view.source for rule in plan.rules[ResourceType.PERSON]}
        report.findings.about_persons = frozenset(view.name for view in plan.views if view.source in persons)
        local = inputs.rules()
        revalidate = store.setting(CHECKED_WITH) != rules_now(inputs)
        stages = {
            kind: Stage(kind, inputs.profile, spool, report.findings, publish.digests(store, kind), revalidate, local)
            for kind in ResourceType
        }
        namespace = inputs.settings.organiser.id_namespace.bytes
        gate = inputs.settings.gate_on(inputs.date())
        remembered = protected.remembered(store) if known is None else known
        watch = Watch(remembered, inputs.date().isoformat(), gate.unprotected_nights, at_once)
        bodies = partial(publish.bodies, store)
        assembly = Assembly(stages, inputs.settings.profile, namespace, bodies, watch, observe, miss, memory)
        if gate.nights_missing:
            assembly.grace, assembly.absent = (
                {str(kind): nights for kind, nights in gate.nights_missing.items()},
                absent.read(store),
            )
        with report.timed("read and map"):
            if isinstance(memory, Night):
                extraction: Extraction = Selection(sources, plan, report.findings.add, memory)
            else:
                tell, look_on = report.findings.add, report.progress.read
                extraction = Extraction(sources, plan, tell, trace is not None, memory, look_on)
        assembly.lengths = extraction.lengths
        for view in plan.views:
            if view.max_age_hours is not None:
                limit = assembly.oldest.get(view.source, view.max_age_hours)
                assembly.oldest[view.source] = min(limit, view.max_age_hours)
        with report.timed("read and map"):
            try:
                assembly.build(plan, trace.rows(plan, extraction.rows) if trace else extraction.rows)
            except RunStopped as stop:
                raise SourceFailed(
                    "the mapping stops the run where this is missing (missing: stop)", [stop.told(False)]
                ) from None
        if inputs.expectations:
            assembly.short = shrink.findings(plan, sources.places, extraction.lengths, lengths)
        _tell_of_matches(plan, report)
        _tell_of_keys(plan, report)
        assembly.turns = plan.almanac.turns
        assembly.marks = {
            "rows": assembly.marked_rows,
            "found": shares(plan.rules[ResourceType.PERSON]),
            "matched": {tally.what: [tally.matched, tally.missing] for tally in _tallies(plan)},
        }
        report.unprotected = len(watch.waiting)
        if sentence := watch.sentence():
            report.findings.add(Finding("M346", sentence, Severity.WARNING))
        place_findings(assembly)
        extraction.ends(plan)
        if isinstance(memory, Night):
            memory.ends(assembly)
        if memory is not None:
            with report.timed("write down"):
                assembly.kept = _written_down(memory, assembly, plan, sources)
        return assembly


def _written_down(memory: Record, assembly: Assembly, plan: Plan, sources: Sources) -> kept.Kept | None:
    """What is kept of the run for the next one; None where that could not go by it."""
    if isinstance(memory, Night) and memory.asked_again:
        return None
    try:
        return kept.made(memory, assembly, plan, sources, memory.kept if isinstance(memory, Night) else None)
    except Unusual as why:
        assembly.unusual = str(why)
        return None


def _tallies(plan: Plan) -> list[Tally]:
    """How each second source fared."""
    return [item.tally for rules in plan.rules.values() for rule in rules for item in rule.enrich]


def _tell_of_matches(plan: Plan, report: Report) -> None:
    """How the second sources fared; and a warning of each of which not one row was found."""
    report.enrichments = [
        f"{tally.what}: {tally.matched} matched, {tally.missing} missing, {tally.ambiguous} ambiguous"
        for tally in _tallies(plan)
    ]
    for tally in plan.tallies:
        if tally.hopeless:
            its, mine = tally.shapes
            looks = f"both look like {mine}" if its == mine else f"its keys look like {its}, ours like {mine}"
            message = f"{tally.what}: not one of {tally.missing} finds a row ({looks}). Is it the right column?"
            report.findings.add(Finding("M343", message, Severity.WARNING, tally.span))


def _tell_of_keys(plan: Plan, report: Report) -> None:
    """Rows that are looked up by a key which cannot be read: nobody finds them."""
    indexes = list(dict.fromkeys(plan.indexes))
    told = {}
    for index in indexes:
        for part in (found for get in index.key for found in converted(get)):
            if part.unread and part.first is not None:
                told[part.first.source, part.column] = (part, bool(index.view.made.guarded))
    for part, guarded in told.values():
        risk = " Who stands there may be protected, and is not found." if guarded else ""
        rows = "1 row has" if len(part.unread) == 1 else f"{len(part.unread)} rows have"
        message = f"{rows} a {part.column} that cannot be read ({part.form}): nothing finds them.{risk}"
        report.findings.add(Finding("M344", message, Severity.WARNING, row=part.first, subject=part.column))
    for index in indexes:
        if index.partly:
            rows = "1 row lacks" if len(index.partly) == 1 else f"{len(index.partly)} rows lack"
            key, lacking = " + ".join(index.columns), " or ".join(sorted(index.lacking))
            message = f"{rows} {lacking}, a part of the key {key}: nothing finds them."
            report.findings.add(Finding("M347", message, Severity.NOTE, row=index.first_partly, subject=key))


class Tables(Protocol):
    """Makes what is looked up while rows are built."""

    def table(self) -> dict[Hashable, Any]:
        """Of rows."""
        ...

    def ids(self) -> dict[Hashable, str]:
        """Of objects."""
        ...


def compiled(inputs: Inputs, sources: Sources, report: Report, tables: Tables | None = None) -> Plan:
    """The mapping against the sources' headers; `findings` and `errors` say what is wrong with it."""
    around = Surroundings(
        headers=sources.headers,
        kinds=sources.kinds,
        shapes=shapes(inputs.profile),
        namespace=inputs.settings.organiser.id_namespace.bytes,
        open_data=inputs.open_data(),
        sink=report.findings,
        today=inputs.date(),
        table=tables.table if tables else dict,
        ids=tables.ids if tables else dict,
        aliases=inputs.aliases(),
    )
    plan = compile_mapping(inputs.mapping, inputs.mapping_name, around)
    for view in plan.views if not inputs.expectations else ():
        view.min_rows = 0
    return plan
