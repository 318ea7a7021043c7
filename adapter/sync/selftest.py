"""After a run has come to its objects: nothing of them, and nothing that is told, may tell of anybody protected."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace

import orjson

from adapter.errors import SourceFailed
from adapter.findings import Finding, Grouped
from adapter.ss12000.types import ResourceType
from adapter.store import history, publish
from adapter.store.engine import Store
from adapter.sync.assemble import Assembly
from adapter.sync.report import Report
from adapter.sync.secrets import Secrets

LOOKED_FOR = "looked_for"
"""Setting: a keyed digest of the protected persons whose values were looked for in all that is published."""
_VALUE = re.compile(r"'.*' ", re.DOTALL)
_NAMED = (ResourceType.GROUP, ResourceType.ACTIVITY)
_NAME = re.compile(rb'"displayName":("(?:[^"\\]|\\.)*")')


def examine(store: Store, assembly: Assembly, report: Report, key: bytes) -> str:
    """Raises SourceFailed where something would be told; before that, what was to be printed or kept is masked.

    Gives what to keep as LOOKED_FOR: where nobody else is protected than last time, only what has changed is looked
    at, for the rest has been.
    """
    secrets = assembly.stages[ResourceType.PERSON].secrets
    mark = _mark(secrets, key)
    found = _in_words(report, secrets) if secrets else []
    if secrets:
        found += _in_names(store, assembly, secrets, everywhere=store.setting(LOOKED_FOR) != mark)
    if secrets and store.setting(LOOKED_FOR) != mark:
        history.mask(store, secrets.tells)
    if found:
        message = "something would tell of somebody protected; what was published stays, without who is newly protected"
        raise SourceFailed(message, found)
    return mark


def _mark(secrets: Secrets, key: bytes) -> str:
    text = repr(sorted(map(repr, secrets.persons)))
    return hashlib.blake2b(text.encode(), key=key, digest_size=16).hexdigest()


def _in_words(report: Report, secrets: Secrets) -> list[Finding]:
    """Findings that tell of somebody: the value goes, and the finding stays."""
    findings, found = report.findings, list[Finding]()
    for number, finding in enumerate(findings.kept):
        if what := secrets.tells(finding.message):
            masked = _VALUE.sub("", finding.message)
            findings.kept[number] = replace(finding, message="…" if secrets.tells(masked) else masked)
            where = f"is told in the finding {finding.code} here: {what} of somebody protected"
            found.append(Finding("R150", where, row=finding.row, subject=finding.subject))
    if found:
        findings.grouped = Grouped(findings.kept)
    report.enrichments = ["…" if secrets.tells(words) else words for words in report.enrichments]
    return found


def _in_names(store: Store, assembly: Assembly, secrets: Secrets, everywhere: bool) -> Iterator[Finding]:
    for kind in _NAMED:
        stage = assembly.stages[kind]
        for object_id, body in _bodies(store, assembly, kind, everywhere):
            name = found[1] if (found := _NAME.search(body)) else b'""'
            if what := secrets.tells(orjson.loads(name)):
                words = f"tells {what} of somebody protected: give it another name"
                units = stage.units.get(object_id, ())
                yield Finding("R150", words, subject=f"{kind}.displayName {object_id}", about=object_id, units=units)


def _bodies(store: Store, assembly: Assembly, kind: ResourceType, everywhere: bool) -> Iterator[tuple[str, bytes]]:
    stage = assembly.stages[kind]
    for object_id, entry in stage.changed.items():
        yield object_id, stage.spool.body(entry)
    if everywhere:
        left = [i for i in stage.current if i not in stage.changed and i in stage.published]
        for some in publish.batches(left, 500):
            yield from publish.bodies(store, kind, some).items()
