"""`ref … via`: finds another object's id by its source's key, or Skolverket's id in the open data."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable
from dataclasses import dataclass
from typing import Any, Protocol

from adapter.issues import RowRef, Severity, Span, did_you_mean
from adapter.mapping import language
from adapter.mapping.problems import ItemOmitted, ItemProblem, NotExposed, RowProblem, RunStopped
from adapter.mapping.reader import Reader
from adapter.mapping.scope import Frames, Get, Scope, Target, key_getter
from adapter.mapping.syntax import Node, Table
from adapter.ss12000.shape import Field


class OpenData(Protocol):
    """What a mapping asks of Skolverket's open data."""

    def school_unit_id(self, code: str) -> str:
        """Skolverket's id of a school unit."""
        ...

    def test_activity_id(self, name: str) -> str | None:
        """Skolverket's id of a test activity, or None when there is none of that name."""
        ...


class Sink(Protocol):
    """Where problems go that do not end an object."""

    def report(self, problem: RowProblem, severity: Severity = Severity.WARNING) -> None:
        """Count and keep one problem."""
        ...


@dataclass(frozen=True)
class Reference:
    """A compiled reference: how to get the key from a row, where to look it up, what if it is not there."""

    key: Callable[[Frames], Hashable]
    lookup: Callable[[Hashable], str | None]
    absent: Callable[[Frames, Hashable], None]


@dataclass
class References:
    """Compiles references of one mapping."""

    reader: Reader
    targets: dict[str, list[Target]]
    open_data: OpenData
    sink: Sink

    def report(self, problem: RowProblem, severity: Severity = Severity.WARNING) -> None:
        """Hand a problem that does not end the object to whoever collects them."""
        self.sink.report(problem, severity)

    def compile(self, node: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        """The value `{id: …}` (or `{person: {id: …}}`'s inner part) of a reference attribute."""
        if not field_.is_reference:
            self.reader.issue("M222", f"{subject} is no reference.", node.span)
            return None
        found = self.reference(node, field_, scope, subject)
        if found is None:
            return None
        key, lookup, absent = found.key, found.lookup, found.absent

        def get(frames: Frames) -> dict[str, str] | None:
            wanted = key(frames)
            target = lookup(wanted)
            if target is None:
                absent(frames, wanted)
                return None
            return {"id": target}

        return get

    def reference(self, node: Table, field_: Field, scope: Scope, subject: str) -> Reference | None:
        """A reference in its parts, for those who build many at once."""
        said, via = node.get("ref"), node.get("via")
        if said is None or via is None:
            self.reader.issue("M112", "a reference is {ref: TYPE, via: COLUMN}.", node.span)
            return None
        parts, columns = self.reader.key(via, scope)
        name = self.reader.text(said)
        if name in language.OPEN_DATA:
            lookup: Callable[[Hashable], str | None] = self._open_data(name)
            hidden: Container[Hashable] = ()
        else:
            targets = self._targets(said, name, node, columns)
            if not targets or not parts:
                return None
            target = targets[0]
            if target.view.key and len(parts) != len(target.view.key):
                keys = ", ".join(target.view.key_columns)
                message = f'{name} of "{target.view.name}" has the key {keys}; `via` names {len(parts)} column(s).'
                self.reader.issue("M232", message, via.span)
                return None
            lookup, hidden = _among(targets)
        default = "drop_item" if field_.lone else "drop_object"
        missing = self.reader.choice(node.get("missing"), language.MISSING, default)
        empty = self.reader.choice(node.get("empty"), language.EMPTY, "reject" if field_.required else "omit")
        return Reference(key_getter(parts), lookup, _absent(name, scope, node.span, subject, missing, empty, hidden))

    def _targets(self, said: Node, name: str, node: Table, columns: tuple[str, ...]) -> list[Target]:
        """The rules that are meant: one, or several from one source."""
        candidates = self.targets.get(name)
        if not candidates:
            known = [*self.targets, *language.OPEN_DATA]
            message = f'nothing is mapped to "{name}"; a reference goes to {", ".join(known)}.'
            self.reader.issue("M230", message, said.span, did_you_mean(name, known))
            return []
        if (of := node.get("of")) is not None:
            source = self.reader.text(of)
            chosen = [target for target in candidates if target.view.name == source]
            if not chosen:
                sources = [target.view.name for target in candidates]
                message = f'{name} has no rule from "{source}"; there are {", ".join(sources)}.'
                self.reader.issue("M231", message, of.span, did_you_mean(source, sources))
            return chosen
        if len({target.view.name for target in candidates}) > 1:
            same = [target for target in candidates if target.view.key_columns == columns]
            if len({target.view.name for target in same}) == 1:
                return same
            listed = ", ".join(target.view.name for target in candidates)
            self.reader.issue("M231", f"{name} has several rules; say which with `of:` ({listed}).", said.span)
            return []
        return candidates

    def _open_data(self, name: str) -> Callable[[Hashable], str | None]:
        find = self.open_data.test_activity_id if name == "test_activity" else self.open_data.school_unit_id
        known: dict[Hashable, str | None] = {}

        def lookup(key: Hashable) -> str | None:
            if not key:
                return None
            if key not in known:
                known[key] = find(str(key))
            return known[key]

        return lookup


def _among(targets: list[Target]) -> tuple[Callable[[Hashable], str | None], Container[Hashable]]:
    """How to find an id, and the keys that exist but are not published, in one target or several."""
    if len(targets) == 1:
        return targets[0].ids.get, targets[0].hidden

    def lookup(key: Hashable) -> str | None:
        return next((found for target in targets if (found := target.ids.get(key)) is not None), None)

    return lookup, _Hidden(targets)


class _Hidden:
    """Keys that any of several targets hides."""

    def __init__(self, targets: list[Target]) -> None:
        self._targets = targets

    def __contains__(self, key: object) -> bool:
        return any(key in target.hidden for target in self._targets)


def _absent(
    name: str,
    scope: Scope,
    span: Span,
    subject: str,
    missing: str,
    empty: str,
    hidden: Any,
) -> Callable[[Frames, Hashable], None]:
    """What happens when the target is not there: nothing was asked, it is not published, or it is unknown."""
    problem = {"drop_item": ItemProblem, "drop_object": RowProblem, "stop": RunStopped}[missing]
    view = scope.frames[0].view.name

    def absent(frames: Frames, key: Hashable) -> None:
        row = RowRef(view, frames[0][0])
        if key is None:
            if empty == "omit":
                return
            if empty == "omit_item":
                raise ItemOmitted
            raise RowProblem("M300", "is empty, and a reference is required", row, span, subject)
        if key in hidden:
            raise NotExposed
        value = " ".join(key) if isinstance(key, tuple) else str(key)
        raise problem("M330", f"refers to no {name} that is published", row, span, subject, value)

    return absent
