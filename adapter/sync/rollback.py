"""An earlier version published again, as a new one: through the gate, and never with somebody who is protected now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from functools import partial

import orjson

from adapter.errors import AdapterError, ConfigError, GateHeld
from adapter.ss12000 import canonical, rules
from adapter.ss12000.profile import Values
from adapter.ss12000.types import BUILD_ORDER, ResourceType
from adapter.ss12000.units import units_of
from adapter.store import history, pages, past, protected, publish, subscriptions
from adapter.store.changes import ChangeSet, Spool
from adapter.store.engine import Store
from adapter.store.lock import run_lock
from adapter.sync import closure
from adapter.sync.gate import contents, limits, plans
from adapter.sync.inputs import Inputs, Options
from adapter.sync.report import Report


def rollback(store: Store, inputs: Inputs, version: int, run: str, options: Options) -> Report:
    """Publish what a version held. The report's `error` says what held it; published data are then as before.

    Raises StateError where the state cannot be used, ConfigError where that version is not kept.
    """
    report = Report(run, inputs.clock())
    with run_lock(store):
        report.version = pages.current_version(store)
        _must_be_kept(store, version, report.version)
        history.start_run(store, run, report.started)
        try:
            _run(store, inputs, version, options, report)
        except AdapterError as error:
            report.error, report.outcome = error, "held" if isinstance(error, GateHeld) else "failed"
        finally:
            outcome = report.outcome if report.outcome == "dry-run" else history.ROLLBACK
            history.end_run(store, run, inputs.clock(), outcome, report.as_json(), [])
    return report


def _must_be_kept(store: Store, version: int, now: int) -> None:
    if version == now:
        raise ConfigError(f"version {version} is published now.")
    if not past.oldest(store) <= version < now:
        kept = f"kept are {past.oldest(store)} to {now - 1}" if past.oldest(store) < now else "none is kept"
        raise ConfigError(f"version {version} is not kept: {kept}. `history` lists them.")


def _run(store: Store, inputs: Inputs, version: int, options: Options, report: Report) -> None:
    with Spool() as spool:
        changes = _changes(store, inputs, version, spool)
        report.count(changes)
        approved = options.approve is not None and plans.approves(options.approve, changes, report.version)
        if options.approve is not None and not approved:
            words = f"{options.approve} was written for other changes. Look again: rollback {version} --dry-run."
            raise GateHeld(words)
        found = contents.read(changes, partial(publish.bodies, store), set(), set())
        report.held_by = limits.reasons(
            inputs.settings.gate_on(inputs.date()),
            changes,
            found,
            set(),
            partial(_enrolled, store, changes),
            subscribed=bool(subscriptions.all_of(store)),
        )
        if report.held_by and not approved:
            command = f"rollback {version}"
            folder, moment = inputs.settings.state.plans, inputs.moment()
            path = plans.leave(folder, changes, report.version, report.held_by, found, moment, command)
            report.plan = str(path)
            raise GateHeld(
                f"the gate held the rollback; what was published stays. Look at the changes in "
                f"{path.with_suffix('.txt')}, then let them through with {command} --approve {path}."
            )
        if options.dry_run or not changes.any:
            report.outcome = "dry-run" if options.dry_run else "unchanged"
            return
        hidden = protected.remembered(store).keys()
        at, keep = inputs.clock(), inputs.retention()
        report.version = publish.commit(store, changes, report.run, at, retention=keep, unrecorded=hidden).version
        report.outcome = "published"
    plans.clear(inputs.settings.state.plans)


def _changes(store: Store, inputs: Inputs, version: int, spool: Spool) -> ChangeSet:
    """From what is published to what a version held, as far as today's profile, rules and protection let it."""
    changes, hidden = ChangeSet(spool), protected.remembered(store).keys()
    there: dict[ResourceType, set[str]] = {}

    def exists(kind: ResourceType, object_id: str) -> bool:
        return object_id in there[kind]

    for kind in BUILD_ORDER:
        now, change = publish.digests(store, kind), changes.types[kind]
        there[kind] = set(now)
        change.published = len(now)
        for object_id, body in past.before(store, kind, version):
            if kind is ResourceType.PERSON and object_id in hidden:
                change.withheld += 1
                continue
            values = closure.pruned(kind, orjson.loads(body), exists) if body is not None else None
            if values is None:
                if object_id in now:
                    change.deleted.append(object_id)
                    there[kind].discard(object_id)
                continue
            if _refused(inputs, kind, values):
                change.rejected += 1
                continue
            document = canonical.encode(inputs.profile, kind, values)
            if now.get(object_id) != document.digest:
                (change.updated if object_id in now else change.created).append(spool.add(document))
            there[kind].add(object_id)
        change.deleted.sort()
        change.unchanged = len(there[kind]) - len(change.created) - len(change.updated)
    return changes


def _refused(inputs: Inputs, kind: ResourceType, values: Values) -> bool:
    """Whether today's rules, or the whitelist of school units, keep an object from being published."""
    wanted = inputs.settings.profile.school_units
    if kind is ResourceType.ORGANISATION and wanted and values["schoolUnitCode"] not in wanted:
        return True
    return any(found.rejects for found in rules.check(kind, values, inputs.rules()))


def _enrolled(store: Store, changes: ChangeSet) -> Counter[str]:
    """School unit -> persons who would be enrolled there."""
    kind = ResourceType.PERSON
    change = changes.types[kind]
    after = {entry.id: entry for entry in (*change.created, *change.updated)}
    gone: Collection[str] = set(change.deleted)
    left = [object_id for object_id in publish.digests(store, kind) if object_id not in gone and object_id not in after]
    found: Counter[str] = Counter()
    for some in publish.batches(left, 500):
        for body in publish.bodies(store, kind, some).values():
            found.update(set(units_of(kind, orjson.loads(body))))
    for entry in after.values():
        found.update(set(units_of(kind, orjson.loads(changes.spool.body(entry)))))
    return found
