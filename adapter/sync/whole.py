"""A whole run: the verbs in order. Nothing is published until everything is known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Mapping
from contextlib import ExitStack
from functools import partial
from importlib.metadata import version as installed_version
from typing import Any, Protocol

from adapter.errors import ConfigError, GateHeld, SourceFailed
from adapter.issues import Issue, Severity
from adapter.mapping.cells import converted
from adapter.mapping.compile import Surroundings, compile_mapping
from adapter.mapping.plan import Plan
from adapter.mapping.problems import RunStopped
from adapter.ss12000.shape import shapes
from adapter.ss12000.types import ResourceType
from adapter.store import history, protected, publish, subscriptions
from adapter.store.changes import ChangeSet, Spool
from adapter.store.engine import Store, write_setting
from adapter.store.protected import Remembered
from adapter.sync import approval, gate, repeat, shrink, withhold
from adapter.sync.assemble import Assembly, Missed, Observer
from adapter.sync.extract import Extraction, Sources
from adapter.sync.inputs import Inputs, Options
from adapter.sync.report import Report
from adapter.sync.stage import Stage
from adapter.sync.trace import Lookups
from adapter.sync.watch import ALL, Marks, Watch, shares
from connectors.imprints import Imprint

_CONTRADICTED = (
    "nothing that this run goes by has changed since the last whole run, and yet it came to something else. The quiet "
    "nights since then may have missed changes. Please report it; until it is mended, run sync --full."
)
_TELL_AFTER = 60_000  # ms; the rest of the night follows within seconds: one notice for both
_CHECKED_WITH = "checked_with"  # setting: what the published objects were validated with
_LENGTHS = "lengths"  # setting: JSON, how many rows the sources had in the last good run
_MARKS = "marks"  # setting: JSON, how many protection marks the last good run met, by rule
_MAPPED_WITH = "mapped_with"  # setting: the mapping of the last good run


def run(
    store: Store,
    inputs: Inputs,
    options: Options,
    report: Report,
    seen: Mapping[str, Imprint] | None,
    believed: repeat.Kept | None,
) -> None:
    """Everything, from the sources' rows to what is published. `seen`, `believed`: see `repeat`."""
    with Spool() as spool:
        plan_wanted = options.dry_run and options.plan is not None
        at_once = plan_wanted if options.approve is None else approval.publishes_unprotected(options.approve)
        assembly = assemble(store, inputs, report, spool, at_once=at_once)
        watch = assembly.watch
        changes = _compared(assembly, spool, report)
        report.count(changes)
        withheld = assembly.stages[ResourceType.PERSON].withheld & set(changes.types[ResourceType.PERSON].deleted)
        approved = options.approve is not None and approval.approves(options.approve, changes, report.version)
        if options.approve is not None and not approved:
            raise GateHeld(
                f"{options.approve} was written for other changes than tonight's. Look at the changes again: "
                "sync --dry-run --plan FILE."
            )
        planned, planned_from = changes, report.version
        limits = inputs.settings.gate
        too_many = gate.too_many_withheld(limits, len(withheld), changes.types[ResourceType.PERSON].published)
        if not options.dry_run:
            protected.remember(store, watch.to_remember(withheld if too_many else set()), inputs.clock())
        others = [*([too_many] if too_many else ()), *watch.reasons(limits, _marks_before(store), assembly.marks)]
        if withheld and not options.dry_run and (approved or not too_many):
            _withhold_at_once(store, inputs, report, withheld, assembly)
            changes, withheld = _compared(assembly, spool, report), set()
        with report.timed("gate"):
            report.held_by = gate.reasons(
                limits,
                changes,
                withheld,
                assembly.emptied,
                partial(publish.bodies, store),
                subscribed=bool(subscriptions.all_of(store)),
                others=others,
            )
        if options.plan is not None:
            unprotected = len(watch.lost) if at_once else 0  # and so a plan says what approving it means
            approval.write(options.plan, planned, planned_from, report.held_by, unprotected)
        if assembly.short and (report.held_by or plan_wanted):
            report.held_by += [str(issue) for issue in assembly.short]
        elif assembly.short and not approved:
            raise SourceFailed("a source has shrunk; last night's data stay published", assembly.short)
        if report.held_by and not approved:
            raise GateHeld(
                "the gate held the run; what was published stays. Look at the changes with sync --dry-run --plan FILE, "
                "then let them through with sync --approve FILE.",
            )
        if options.dry_run:
            report.outcome = "dry-run"
        elif changes.any:
            with report.timed("publish"):
                report.version = publish.commit(store, changes, report.run, inputs.clock()).version
            report.outcome = "published"
        elif report.withheld_at_once:
            report.outcome = "published"
        else:
            report.outcome = "unchanged"
    if not options.dry_run:
        with store.writing() as connection:
            write_setting(connection, _CHECKED_WITH, _rules_now(inputs))
            write_setting(connection, _MAPPED_WITH, _digest(inputs.mapping))
            write_setting(connection, _MARKS, json.dumps(assembly.marks, ensure_ascii=False))
            write_setting(connection, _LENGTHS, shrink.written(assembly.lengths, report.started))
        protected.end_night(store, watch.waiting, watch.lost - watch.waiting, watch.today, inputs.clock())
        if believed is not None and options.plain and repeat.contradicts(store, believed, report, changes.any):
            report.findings.add(Issue("M348", _CONTRADICTED, Severity.WARNING))
        keep = repeat.made(store, inputs, seen, report, assembly.turns, assembly.oldest) if seen is not None else None
        repeat.keep(store, keep)


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
) -> Assembly:
    """All objects as the sources give them now: what previews show and what a run publishes.

    `observe` is shown every object beside its row, `miss` every row that gives none, with what is wrong with it,
    `trace` what each row looks up. `at_once`: nobody waits who was protected and has lost the mark.
    `known`: who was protected, where that stands in another state than `store`.

    Raises SourceFailed, ConfigError.
    """
    with ExitStack() as stack:
        with report.timed("open"):
            sources = stack.enter_context(Sources(inputs.connectors))
            plan = compiled(inputs, sources, report, trace)
        if plan.errors:
            same = store.setting(_MAPPED_WITH) == _digest(inputs.mapping)
            problem = SourceFailed if same else ConfigError  # a mapping that was good yesterday is not to blame
            raise problem(
                "the sources no longer fit the mapping" if same else "the mapping is wrong; nothing was read",
                plan.errors,
            )
        for issue in plan.issues:
            report.findings.add(issue)
        persons = {rule.view.source for rule in plan.rules[ResourceType.PERSON]}
        report.findings.about_persons = frozenset(view.name for view in plan.views if view.source in persons)
        revalidate = store.setting(_CHECKED_WITH) != _rules_now(inputs)
        stages = {
            kind: Stage(kind, inputs.profile, spool, report.findings, publish.digests(store, kind), revalidate)
            for kind in ResourceType
        }
        namespace = inputs.settings.organiser.id_namespace.bytes
        nights = inputs.settings.gate.unprotected_nights
        remembered = protected.remembered(store) if known is None else known
        watch = Watch(remembered, inputs.date().isoformat(), nights, at_once)
        bodies = partial(publish.bodies, store)
        assembly = Assembly(stages, inputs.settings.profile, namespace, bodies, watch, observe, miss)
        extraction = Extraction(sources, plan, report.findings.add, traced=trace is not None)
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
                    "the mapping stops the run where this is missing (missing: stop)", [stop.issue(False)]
                ) from None
        if inputs.expectations:
            assembly.short = shrink.problems(plan, sources.places, extraction.lengths, store.setting(_LENGTHS))
        _tell_of_matches(plan, report)
        _tell_of_keys(plan, report)
        assembly.turns = plan.almanac.turns
        assembly.marks = {"rows": assembly.marked_rows, "found": shares(plan.rules[ResourceType.PERSON])}
        report.unprotected = len(watch.waiting)
        if sentence := watch.sentence():
            report.findings.add(Issue("M346", sentence, Severity.WARNING))
        return assembly


def _tell_of_matches(plan: Plan, report: Report) -> None:
    """How the second sources fared; and a warning of each of which not one row was found."""
    report.enrichments = [
        f"{tally.what}: {tally.matched} matched, {tally.missing} missing, {tally.ambiguous} ambiguous"
        for rules in plan.rules.values()
        for rule in rules
        for tally in (item.tally for item in rule.enrich)
    ]
    for tally in plan.tallies:
        if tally.hopeless:
            its, mine = tally.shapes
            looks = f"both look like {mine}" if its == mine else f"its keys look like {its}, ours like {mine}"
            message = f"{tally.what}: not one of {tally.missing} finds a row ({looks}). Is it the right column?"
            report.findings.add(Issue("M343", message, Severity.WARNING, tally.span))


def _tell_of_keys(plan: Plan, report: Report) -> None:
    """Rows that are looked up by a key which cannot be read: nobody finds them."""
    of_rules = [index for rules in plan.rules.values() for rule in rules for index in rule.indexes]
    of_views = [index for view in plan.views for index in view.made.looked_up]
    indexes = {id(index): index for index in (*of_rules, *of_views)}
    told = {}
    for index in indexes.values():
        for part in (found for get in index.key for found in converted(get)):
            if part.unread and part.first is not None:
                told[part.first.source, part.column] = (part, bool(index.view.made.guarded))
    for part, guarded in told.values():
        risk = " Who stands there may be protected, and is not found." if guarded else ""
        rows = "1 row has" if len(part.unread) == 1 else f"{len(part.unread)} rows have"
        message = f"{rows} a {part.column} that cannot be read ({part.form}): nothing finds them.{risk}"
        report.findings.add(Issue("M344", message, Severity.WARNING, row=part.first, subject=part.column))
    for index in indexes.values():
        if index.partly:
            rows = "1 row lacks" if index.partly == 1 else f"{index.partly} rows lack"
            key, lacking = " + ".join(index.columns), " or ".join(sorted(index.lacking))
            message = f"{rows} {lacking}, a part of the key {key}: nothing finds them."
            report.findings.add(Issue("M347", message, Severity.NOTE, row=index.first_partly, subject=key))


class Tables(Protocol):
    """Makes what is looked up while rows are built."""

    def table(self) -> dict[Hashable, Any]:
        """Of rows."""
        ...

    def ids(self) -> dict[Hashable, str]:
        """Of objects."""
        ...


def compiled(inputs: Inputs, sources: Sources, report: Report, tables: Tables | None = None) -> Plan:
    """The mapping against the sources' headers; `issues` and `errors` say what is wrong with it."""
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
    )
    plan = compile_mapping(inputs.mapping, inputs.mapping_name, around)
    for view in plan.views if not inputs.expectations else ():
        view.min_rows = 0
    return plan


def _marks_before(store: Store) -> Marks:
    """The protection marks of the last good run; of an earlier version of this program, how many there were."""
    if text := store.setting(_MARKS):
        return dict(json.loads(text))
    for run in history.last_runs(store, history.KEPT_RUNS):
        if run.outcome in ("published", "unchanged"):
            return {"rows": {ALL: run.report["types"]["Person"]["withheld"]}}
    return {}


def _compared(assembly: Assembly, spool: Spool, report: Report) -> ChangeSet:
    changes = ChangeSet(spool)
    with report.timed("compare"):
        assembly.changes(changes)
    return changes


def _withhold_at_once(store: Store, inputs: Inputs, report: Report, withheld: set[str], assembly: Assembly) -> None:
    """Newly protected persons go first, in a publication of their own: no gate keeps them in.

    The rest of the night is then compared with what that left.
    """
    with report.timed("withhold"), Spool() as spool:
        changes = withhold.withdrawal(store, inputs.profile, withheld, spool)
        report.version = publish.commit(store, changes, report.run, inputs.clock(), _TELL_AFTER).version
        report.withheld_at_once = len(withheld)
        for kind, change in changes:
            if change.any:
                assembly.stages[kind].published = publish.digests(store, kind)


def _rules_now(inputs: Inputs) -> str:
    """Changes whenever an object that was valid might not be: with the program and with the profile."""
    return _digest(f"{installed_version('ss12000-adapter')} {inputs.profile.paths!r}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
