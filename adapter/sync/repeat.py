"""Nothing to do: everything that a run is made from is as it was in the last good run, so its outcome is too.

What is kept of a good run holds only while the state is at the version that it left; whatever is missing, unreadable
or different leads to a whole run. Once a week a whole run is made all the same, and must find what is believed here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

from adapter.findings import Finding
from adapter.store import history, pages, protected, schema
from adapter.store.engine import Store, read_setting, write_setting
from adapter.sync import goes_by
from adapter.sync.findings import KEPT
from adapter.sync.inputs import Inputs
from adapter.sync.report import Report, TypeCounts
from connectors.files.imprints import Imprint

_SETTING = "made_from"
BELIEVED = 156 * 3_600_000  # ms: six and a half days, so that one night a week makes a whole run
_OURS = Path(__file__).parents[2]

Seen = Mapping[str, Imprint | None]
"""Source -> how it looks; None where that cannot be told without reading its rows."""


@dataclass(frozen=True)
class Kept:
    """What is kept of a good run.

    made_from: digest of its inputs and of who was remembered as protected; version: what it left published;
    run: whose findings are its findings; whole_at: when the last whole run began (ms); today, turns: the dates (ISO)
    from which, and up to which but not on which, the mapping decides alike; oldest: source -> hours that it may be
    old; told: what is said of second sources.
    """

    made_from: str
    version: int
    run: str
    whole_at: int
    today: str
    turns: str
    oldest: dict[str, float]
    told: list[str]


def imprints(inputs: Inputs, store: Store) -> Seen:
    """How each source looks now."""
    key = secret(store, b"sources")
    looks = {name: getattr(connector, "imprint", None) for name, connector in inputs.connectors.items()}
    return {name: look(key) if look is not None else None for name, look in looks.items()}


def last_time(store: Store, inputs: Inputs, seen: Seen) -> Kept | None:
    """What is kept of the last good run, where that was made from the same."""
    mark, _, text = store.setting(_SETTING).partition(" ")
    if None in seen.values() or not text or mark != _mark(store, text):
        return None
    kept = Kept(**json.loads(text))
    same = (
        kept.version == pages.current_version(store)
        and kept.today <= inputs.date().isoformat() < kept.turns
        and kept.made_from == _made_from(store, inputs, seen)
        and all(_hours_old(seen[name], inputs) <= hours for name, hours in kept.oldest.items() if name in seen)
        and history.good_run(store, kept.run) is not None  # one that was killed, or is long ago, tells nothing
    )
    return kept if same else None


def may_rest(kept: Kept | None, inputs: Inputs) -> bool:
    """Whether tonight's run need not be made."""
    return kept is not None and 0 <= inputs.clock() - kept.whole_at < BELIEVED


def repeat(store: Store, kept: Kept, report: Report) -> None:
    """The last run's outcome as tonight's; keeps it for the next night."""
    before = history.good_run(store, kept.run)
    assert before is not None  # `last_time` has seen it, and the run holds the lock
    for kind in report.types:
        old = TypeCounts(**before.report["types"][str(kind)])
        unchanged = old.created + old.updated + old.unchanged
        report.types[kind] = TypeCounts(old.read, 0, 0, 0, unchanged, old.rejected, old.kept, old.withheld)
    for facts in history.findings_of(store, kept.run, KEPT):
        report.findings.add(Finding.of(facts))
    report.enrichments = list(kept.told)
    report.unchanged_since = kept.whole_at
    report.outcome = "unchanged"
    keep(store, Kept(**{**asdict(kept), "run": report.run}))


def made(
    store: Store, inputs: Inputs, seen: Seen, report: Report, turns: dt.date, oldest: dict[str, float]
) -> Kept | None:
    """What to keep of a run that has just ended well; None where the next night must look again anyway."""
    if (
        report.unprotected
        or "M353" in report.findings.counts
        or report.findings.total > KEPT
        or not all(one and one.holds() for one in seen.values())
    ):
        return None
    return Kept(
        _made_from(store, inputs, seen),
        report.version,
        report.run,
        report.whole_at,
        inputs.date().isoformat(),
        turns.isoformat(),
        oldest,
        report.enrichments,
    )


def keep(store: Store, kept: Kept | None) -> None:
    """For the next night; None forgets."""
    text = json.dumps(asdict(kept), ensure_ascii=False) if kept else ""
    value = f"{_mark(store, text)} {text}" if text else ""
    with store.writing() as connection:
        if value or read_setting(connection, _SETTING):
            write_setting(connection, _SETTING, value)


def contradicts(store: Store, kept: Kept, report: Report, changed: bool) -> bool:
    """Whether a whole run came to anything else than what would have been believed."""
    believed = sorted(map(repr, map(Finding.of, history.findings_of(store, kept.run, KEPT))))
    return changed or believed != sorted(map(repr, report.findings.kept))


def secret(store: Store, purpose: bytes) -> bytes:
    """A secret of the state, for one purpose."""
    return hashlib.blake2b(bytes.fromhex(store.setting("page_token_key")), person=purpose).digest()


def _mark(store: Store, text: str) -> str:
    """What was not written here, or has been damaged since, is not believed."""
    return hashlib.blake2b(text.encode(), key=secret(store, b"made from"), digest_size=16).hexdigest()


def _made_from(store: Store, inputs: Inputs, seen: Seen) -> str:
    """Changes with anything that a run goes by, but for the date and the age of the sources."""
    facts = {
        "all but rows": made_from(inputs),
        "sources": {name: one.digest.hex() for name, one in seen.items() if one},
        "protected": sorted((object_id, repr(found)) for object_id, found in protected.remembered(store).items()),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def made_from(inputs: Inputs) -> str:
    """Changes with anything that a run goes by but for rows, the date, and who was protected."""
    settings, gate = inputs.settings, inputs.settings.gate_on(inputs.date())
    facts = {
        "program": _program(),
        "schema": schema.SCHEMA_VERSION,
        "profile": repr(inputs.profile.paths),
        "rules": goes_by.rules_now(inputs),
        "settings": [section.model_dump(mode="json") for section in (settings.organiser, gate)],
        "chosen": settings.profile.model_dump(mode="json"),
        "mapping": [inputs.mapping_name, inputs.mapping, inputs.expectations],
        "open data": inputs.open_data().written(),
        "aliases": sorted(inputs.aliases().items()),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _program() -> list[Any]:
    """The version, and every file of it: who mends a line does not write a new version each time."""
    paths = sorted(path for room in ("adapter", "connectors") for path in (_OURS / room).rglob("*.py"))
    stamps = [(found.st_size, found.st_mtime_ns) for found in map(Path.stat, paths)]
    return [installed_version("ss12000-adapter"), stamps]


def _hours_old(one: Imprint | None, inputs: Inputs) -> float:
    assert one is not None  # as all are, where a run is believed
    return max((inputs.clock() - at / 1e6 for _, (_, at) in one.files), default=0.0) / 3_600_000
