"""One type's way from rows to documents that may be published, and what is different from last night.

A document whose bytes are published already is not looked at again: validation, rules and spooling are for what
is new or changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from adapter.findings import Finding, RowRef, Severity
from adapter.mapping.build import Builder, ObjectValues, Rejected, Withheld
from adapter.mapping.row_findings import Assumed, NotExposed
from adapter.mapping.scope import Row, Target
from adapter.ss12000 import canonical, rules
from adapter.ss12000.local import NOTHING, Local
from adapter.ss12000.profile import Profile
from adapter.ss12000.types import ResourceType
from adapter.ss12000.units import units_of
from adapter.store.changes import Spool, Spooled
from adapter.sync import closure
from adapter.sync.findings import Findings
from adapter.sync.merge import Merger
from adapter.sync.secrets import Known, Secrets

_BREAKS = re.compile(r"[\t\n\v\f\r]+")


@dataclass(eq=False)
class Stage:
    """The objects of one type. `current` is what is to be published: id -> digest; `changed` waits in the spool."""

    kind: ResourceType
    profile: Profile
    spool: Spool
    findings: Findings
    published: dict[str, bytes]
    revalidate: bool = False  # when what is published was checked by other rules than today's
    local: Local = NOTHING
    read: int = 0
    rejected_rows: int = 0
    current: dict[str, bytes] = field(default_factory=dict)
    changed: dict[str, Spooled] = field(default_factory=dict)
    units: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rejected: dict[str, list[tuple[Target, Hashable]]] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    marked: set[str] = field(default_factory=set)  # persons with a protection mark tonight, withheld or not
    assumed: set[str] = field(default_factory=set)  # those of them who are so to be safe: no cell says it
    twins: set[str] = field(default_factory=set)  # persons without one who are the same person as one of them
    marked_rows: int = 0
    marked_numbers: dict[str, RowRef] = field(default_factory=dict)  # their personnummer; never stored
    last: tuple[str, Hashable] = ("", None)  # of the row that was taken last: its object's id, if known, and its key
    secrets: Secrets = field(default_factory=Secrets)
    dropped: dict[str, tuple[bytes, tuple[str, ...]]] = field(default_factory=dict)  # taken out after all were built
    built: bool = False  # whether all have been
    _shared: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _hidden: bool = False  # whether the row that was taken last is of somebody protected

    def take(
        self,
        row: Row,
        builder: Builder,
        change: Callable[[ObjectValues], ObjectValues] | None = None,
        merger: Merger | None = None,
    ) -> ObjectValues | None:
        """One row through the whole stage; the object's values where it is to be published."""
        values = self._taken(row, builder, change, merger)
        if self.findings.waiting:
            self._settle(row, builder, values)
        return values

    def _settle(self, row: Row, builder: Builder, values: ObjectValues | None) -> None:
        """Say of whom it is what was told of a row; of somebody protected, or withheld, that is not said."""
        object_id, told = self.last[0], len(self.findings.waiting)
        if self._hidden or object_id in self.withheld or object_id in self.marked:
            self.findings.settle("", ())
            return
        units = self._units(object_id, values) or builder.units(row)
        del self.findings.waiting[told:]  # what was told of the row once more
        self.findings.settle(object_id, units)

    def _units(self, object_id: str, values: ObjectValues | None) -> tuple[str, ...]:
        """The school units of an object; a unit's own is itself."""
        if self.kind is ResourceType.ORGANISATION:
            return (object_id,) if object_id else ()
        try:
            return units_of(self.kind, values) if values is not None else ()
        except (KeyError, TypeError):  # of values that have another form than the profile's
            return ()

    def _taken(
        self, row: Row, builder: Builder, change: Callable[[ObjectValues], ObjectValues] | None, merger: Merger | None
    ) -> ObjectValues | None:
        self.read += 1
        self._hidden, waiting = False, len(self.findings.waiting)
        target = builder.rule.target
        key = builder.key(row)
        self.last = "", key
        try:
            values = builder.make(row)
        except Rejected as found:
            self.last = found.id, key
            self.findings.report(found.finding, Severity.ERROR, found.protected)
            self._hidden = found.protected
            self.reject(found.id, target, key)
            return None
        except Withheld as found:
            self.last = found.id, key
            self.withheld.add(found.id)
            self._mark(found.id, found.number, RowRef(builder.rule.view.name, row[0]), found.told)
            self.secrets.add(Known(found.number, *found.names))
            del self.findings.waiting[waiting:]  # what was told while it was read what to hide
            if found.finding is not None:
                self.findings.report(found.finding, Severity.WARNING, True)
            values = None
        except NotExposed:
            values, self._hidden = None, builder.rule.marking is not None  # it was not seen whether they are protected
        if values is None:
            target.hide(key)
            return None
        self.last = values["id"], key
        reference = RowRef(builder.rule.view.name, row[0])
        if self.kind is ResourceType.PERSON and rules.is_protected(values):
            told = not isinstance(values["securityMarking"], Assumed)
            self._mark(values["id"], values["civicNo"]["value"], reference, told)
            self.secrets.add(known_of(values))
        if change is not None:
            values = change(values)
        if merger is not None and (both := merger.with_earlier(values, self.current)) is not None:
            values = both
            self.drop(values["id"])
        if not self.offer(values, reference):
            self.reject(values["id"], target, key)
            return None
        if key is not None:
            target.claim(key, values["id"], reference)
        return values

    def offer(self, values: ObjectValues, row: RowRef | None = None) -> bool:
        """A candidate; False where it may not be published (the findings are reported)."""
        object_id, document = values["id"], None
        digest = self.published.get(object_id, b"")
        if not digest or digest != canonical.digest_as_is(values):
            document = canonical.encode(self.profile, self.kind, values)
            if b"\\" in document.body:  # an end of line or a tab, in JSON's spelling
                values.update(_on_one_line(values))
                document = canonical.encode(self.profile, self.kind, values)
            digest = document.digest
        if object_id in self.rejected:  # by another row of the same id; that one is reported
            return False
        if (known := self.current.get(object_id)) is not None:
            if known == digest:
                return True
            self.report("M350", "has an id that another row gives to a different object", row, "id", object_id)
            return False
        same = document is None or self.published.get(object_id) == digest
        if (not same or self.revalidate) and not self._valid(values, row):
            return False
        self.current[object_id] = digest
        units = units_of(self.kind, values)
        self.units[object_id] = self._shared.setdefault(units, units)
        if document is not None and not same:
            self.changed[object_id] = self.spool.add(document)
        return True

    def _mark(self, object_id: str, number: str, row: RowRef, told: bool) -> None:
        self.marked.add(object_id)
        if told:
            self.marked_rows += 1
        else:
            self.assumed.add(object_id)
        if number:
            self.marked_numbers.setdefault(number, row)

    def reject(self, object_id: str, target: Target | None = None, key: Hashable = None) -> None:
        """Not publishable as the rows say it now: nothing of tonight's version stands."""
        self.rejected_rows += 1
        if not object_id:
            if target is not None:
                target.hide(key)
            return
        self.rejected.setdefault(object_id, [])
        if target is not None:
            self.rejected[object_id].append((target, key))
        self.drop(object_id)

    def drop(self, object_id: str) -> None:
        """Take a candidate out again."""
        digest = self.current.pop(object_id, None)
        self.changed.pop(object_id, None)
        units = self.units.pop(object_id, ())
        if self.built and digest is not None:
            self.dropped[object_id] = digest, units

    def keep(self, bodies: dict[str, bytes], exists: closure.Exists) -> list[ObjectValues]:
        """Let rejected objects stand in their last good version, as far as it still leads somewhere."""
        stayed = []
        for object_id, body in bodies.items():
            values: Any = closure.pruned(self.kind, orjson.loads(body), exists)
            places = self.rejected.pop(object_id)
            if values is not None and self.offer(values):
                stayed.append(values)
                for target, key in places:
                    target.claim(key, object_id)
            self.rejected[object_id] = places
        return stayed

    @property
    def kept(self) -> int:
        """How many rejected objects stand in their last good version."""
        return len(self.rejected.keys() & self.current.keys())

    def keep_spelling(self, bodies: Callable[[ResourceType, Sequence[str]], dict[str, bytes]]) -> None:
        """Let user names and addresses that differ from the published ones in case alone stand as published.

        Upper and lower case are one name (eduPerson: caseIgnoreMatch), so a new spelling is no change. Which of them
        the login sends, nobody here knows: the one that has worked stays.
        """
        updated = [object_id for object_id in self.changed if object_id in self.published]
        for start in range(0, len(updated), 500):
            for object_id, body in bodies(self.kind, updated[start : start + 500]).items():
                entry = self.changed[object_id]
                before, values = orjson.loads(body), orjson.loads(self.spool.body(entry))
                if not _take_spelling(before, values):
                    continue
                document = canonical.encode(self.profile, self.kind, values)
                self.current[object_id] = document.digest
                if document.digest == self.published[object_id]:
                    del self.changed[object_id]
                else:
                    self.changed[object_id] = self.spool.add(document)

    def hide(self, targets: list[Target]) -> None:
        """What is not published after all is not referred to either: quietly, for its reason is told already."""
        for target in targets:
            target.settle(self.current)
        for object_id, places in self.rejected.items():
            if object_id not in self.current:
                for target, key in places:
                    target.hide(key)

    def report(
        self,
        code: str,
        message: str,
        row: RowRef | None,
        attribute: str,
        about: str,
        severity: Severity = Severity.ERROR,
        units: tuple[str, ...] = (),
    ) -> None:
        """Report what a rule found of an object. Of somebody protected, `placing` takes away whose it is."""
        subject = f"{self.kind}.{attribute}"
        self.findings.add(Finding(code, message, severity, row=row, subject=subject, about=about, units=units))

    def _valid(self, values: ObjectValues, row: RowRef | None) -> bool:
        good = True
        for finding in rules.check(self.kind, values, self.local):
            severity = Severity.ERROR if finding.rejects else Severity.WARNING
            units = self._units(values["id"], values)
            self.report(finding.code, finding.message, row, finding.attribute, values["id"], severity, units)
            good = good and not finding.rejects
        return good


def known_of(values: ObjectValues) -> Known:
    """What a person's values tell of them."""
    user_names = values.get("eduPersonPrincipalNames") or [""]
    number = (values.get("civicNo") or {}).get("value", "")
    return Known(number, values.get("givenName", ""), values.get("familyName", ""), user_names[0])


def _take_spelling(before: ObjectValues, values: ObjectValues) -> bool:
    """Write names that are the same but for case as they were before; whether there were any."""
    old, new = _names(before), _names(values)
    known = {name.casefold(): name for name in old}
    spelled = [known.get(name.casefold(), name) for name in new]
    emails = values.get("emails") or []
    for email, spelling in zip(emails, spelled, strict=False):
        email["value"] = spelling
    values["eduPersonPrincipalNames"] = spelled[len(emails) :]
    return spelled != new


def _names(values: ObjectValues) -> list[str]:
    """The addresses, and after them the user name."""
    return [*(email["value"] for email in values.get("emails") or ()), *values["eduPersonPrincipalNames"]]


def _on_one_line(value: Any) -> Any:
    """The same with a space for each end of line and tab: names have none."""
    if isinstance(value, dict):
        return {name: _on_one_line(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_on_one_line(part) for part in value]
    return _BREAKS.sub(" ", value) if isinstance(value, str) else value
