"""A run's steps in order, whichever way its objects are found. Nothing is published until everything is known."""

from __future__ import annotations

import json
from functools import partial

from adapter.errors import ConfigError, GateHeld, SourceFailed
from adapter.findings import Finding, Severity
from adapter.ss12000.types import ResourceType
from adapter.store import absent, history, past, protected, publish, subscriptions
from adapter.store.changes import ChangeSet, Spool
from adapter.store.engine import Store, write_setting
from adapter.store.soundness import RESTORED
from adapter.sync import attempts, repeat, selftest, shrink, withhold
from adapter.sync.assemble import Assembly
from adapter.sync.differences import keeping
from adapter.sync.gate import contents, limits, plans
from adapter.sync.goes_by import CHECKED_WITH, LENGTHS, MAPPED_WITH, digest, rules_now
from adapter.sync.inputs import Inputs, Options
from adapter.sync.report import Report
from adapter.sync.watch import ALL, Marks

_TELL_AFTER = 60_000  # ms; the rest of the night follows within seconds: one notice for both
_MARKS = "marks"  # setting: JSON, how many protection marks the last good run met, by rule


def run(
    store: Store,
    inputs: Inputs,
    options: Options,
    report: Report,
    seen: repeat.Seen,
    believed: repeat.Kept | None,
) -> None:
    """Everything, from the sources' rows to what is published. `seen`, `believed`: see `repeat`."""
    with Spool() as spool:
        plan_wanted = options.dry_run and options.plan is not None
        at_once = plan_wanted if options.approve is None else plans.publishes_unprotected(options.approve)
        assembly = attempts.assembled(store, inputs, options, report, spool, seen, at_once)
        watch = assembly.watch
        changes = _compared(assembly, spool, report)
        report.count(changes)
        withheld = assembly.stages[ResourceType.PERSON].withheld & set(changes.types[ResourceType.PERSON].deleted)
        approved = options.approve is not None and plans.approves(options.approve, changes, report.version)
        if options.approve is not None and not approved:
            raise GateHeld(
                f"{options.approve} was written for other changes than tonight's. Look at the changes again: "
                "sync --dry-run --plan FILE."
            )
        gate = inputs.settings.gate_on(inputs.date())
        too_many = limits.too_many_withheld(gate, len(withheld), changes.types[ResourceType.PERSON].published)
        if not options.dry_run:
            protected.remember(store, watch.to_remember(withheld if too_many else set()), inputs.clock())
            past.forget(store, protected.remembered(store).keys())
            history.remember_units(store, assembly.unit_names)
        before = _marks_before(store)
        others = [
            *([too_many] if too_many else ()),
            *watch.reasons(gate, before, assembly.marks),
            *limits.unmatched(gate, before.get("matched", {}), assembly.marks["matched"]),
        ]
        if withheld and not options.dry_run and (approved or not too_many):
            _withhold_at_once(store, inputs, report, withheld, assembly)
            changes, withheld = _compared(assembly, spool, report), set()
        with report.timed("self-test"):
            key = repeat.secret(store, b"looked for")
            looked_for = selftest.examine(store, assembly, report, key)
        with report.timed("gate"):
            found = contents.read(changes, partial(publish.bodies, store), withheld, assembly.emptied)
            report.held_by = limits.reasons(
                gate,
                changes,
                found,
                withheld,
                assembly.enrolled,
                subscribed=bool(subscriptions.all_of(store)),
                others=others,
            )
        _propose(report, found)
        if options.plan is not None:
            unprotected = len(watch.lost) if at_once else 0  # and so a plan says what approving it means
            plans.write(options.plan, changes, report.version, report.held_by, unprotected)
        if assembly.short and (report.held_by or plan_wanted):
            report.held_by += [str(finding) for finding in assembly.short]
        elif assembly.short and not approved:
            raise SourceFailed("a source has shrunk; last night's data stay published", assembly.short)
        if report.held_by and not approved:
            raise GateHeld(_held(inputs, options, report, changes, found))
        if options.dry_run:
            report.outcome = "dry-run"
        elif changes.any:
            with report.timed("publish"):
                at, keep = inputs.clock(), inputs.retention()
                hidden = assembly.stages[ResourceType.PERSON].withheld
                published = publish.commit(store, changes, report.run, at, retention=keep, unrecorded=hidden)
                report.version = published.version
            report.outcome = "published"
        elif report.withheld_at_once:
            report.outcome = "published"
        else:
            report.outcome = "unchanged"
    if not options.dry_run:
        with store.writing() as connection:
            write_setting(connection, RESTORED, "")
            write_setting(connection, CHECKED_WITH, rules_now(inputs))
            write_setting(connection, MAPPED_WITH, digest(inputs.mapping))
            write_setting(connection, selftest.LOOKED_FOR, looked_for)
            write_setting(connection, _MARKS, json.dumps(assembly.marks, ensure_ascii=False))
            write_setting(connection, LENGTHS, shrink.written(assembly.lengths, report.started))
        plans.clear(inputs.settings.state.plans)
        absent.end_night(store, assembly.missing)
        protected.end_night(store, watch.waiting, watch.lost - watch.waiting, watch.today, inputs.clock())
        if (
            report.whole_at == report.started
            and believed is not None
            and options.plain
            and repeat.contradicts(store, believed, report, changes.any)
        ):
            report.findings.add(Finding("M348", attempts.CONTRADICTED, Severity.WARNING))
        turns, oldest = assembly.turns, assembly.oldest
        keeping.leave(store, inputs, assembly.kept, report, turns.isoformat(), seen)
        settled = report.outcome == "unchanged" or not assembly.leans_on_published
        settled = settled and not assembly.missing  # one more night counts
        repeat.keep(store, repeat.made(store, inputs, seen, report, turns, oldest) if settled else None)


def _propose(report: Report, found: contents.Contents) -> None:
    """Who comes again under another id: the same person, whose key has changed, may keep the old one."""
    for old, new in found.renewed.items():
        words = f"comes again as {new}: is it the same person? Then `ids alias {new} {old}` keeps this id"
        report.findings.add(Finding("M353", words, Severity.WARNING, subject=f"Person.id {old}", about=old))


def _held(inputs: Inputs, options: Options, report: Report, changes: ChangeSet, found: contents.Contents) -> str:
    """What is said of a held run; any night's leaves its plan without being asked."""
    words, look = "the gate held the run; what was published stays.", "Look at the changes"
    if options.plain and changes.any:
        try:
            path = plans.leave(
                inputs.settings.state.plans, changes, report.version, report.held_by, found, inputs.moment()
            )
        except ConfigError as error:
            words = f"{words} {error.message}."
        else:
            report.plan = str(path)
            return f"{words} {look} in {path.with_suffix('.txt')}, then let them through with sync --approve {path}."
    return f"{words} {look} with sync --dry-run --plan FILE, then let them through with sync --approve FILE."


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
        at, keep = inputs.clock(), inputs.retention()
        report.version = publish.commit(store, changes, report.run, at, _TELL_AFTER, keep, withheld).version
        report.withheld_at_once = len(withheld)
        for kind, change in changes:
            if change.any:
                assembly.stages[kind].published = publish.digests(store, kind)
