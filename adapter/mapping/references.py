"""`ref … via`: finds another object's id by its source's key, or Skolverket's id in the open data."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Protocol

from adapter.findings import RowRef, Severity, Span, did_you_mean
from adapter.mapping import language
from adapter.mapping.keys import KeyReader
from adapter.mapping.row_findings import ItemFinding, ItemOmitted, NotExposed, RowFinding, RunStopped
from adapter.mapping.scope import Frame, Frames, Get, Index, Key, OwnCell, Scope, Target, View, key_getter, row_key
from adapter.mapping.syntax import Items, Node, Scalar, Table
from adapter.ss12000.shape import Field


class OpenData(Protocol):
    """What a mapping asks of Skolverket's open data."""

    def school_unit_id(self, code: str) -> str:
        """Skolverket's id of a school unit."""
        ...

    def test_activity_id(self, name: str) -> str | None:
        """Skolverket's id of a test activity, or None when there is none of that name."""
        ...

    def written(self) -> str:
        """All of it: the same text gives the same answers."""
        ...

    def programme_code(self, code: str) -> str | None:
        """A programme's code as Skolverket writes it, or None when there is none such."""
        ...


class Sink(Protocol):
    """Where findings go that do not end an object."""

    def report(self, finding: RowFinding, severity: Severity = Severity.WARNING) -> None:
        """Count and keep one finding."""
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

    reader: KeyReader
    targets: dict[str, list[Target]]
    index: Callable[[View, Key], Index]
    open_data: OpenData
    sink: Sink
    used_indexes: list[Index] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)  # types that have rules, all of them wrong, which is told

    def report(self, finding: RowFinding, severity: Severity = Severity.WARNING) -> None:
        """Hand a finding that does not end the object to whoever collects them."""
        self.sink.report(finding, severity)

    def compile(self, node: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        """The value `{id: …}` of a reference attribute, or the code of a programme where that is the attribute."""
        said = node.get("ref")
        by_code = isinstance(said, Scalar) and said.value == "programme" and field_.name == "educationCode"
        if not field_.is_reference and not by_code:
            self.reader.report("M222", f"{subject} is no reference.", node.span)
            self.reference(node, field_, scope, subject, told=True)
            return None
        found = self.reference(node, field_, scope, subject)
        if found is None:
            return None
        key, lookup, absent = found.key, found.lookup, found.absent

        def get(frames: Frames) -> dict[str, str] | str | None:
            wanted = key(frames)
            target = lookup(wanted)
            if target is None:
                absent(frames, wanted)
                return None
            return target if by_code else {"id": target}

        return get

    def reference(self, node: Table, field_: Field, scope: Scope, subject: str, told: bool = False) -> Reference | None:
        """A reference in its parts, for those who build many at once.

        `told`: it cannot stand here, which is told; what is wrong inside it is told all the same.
        """
        said, via = node.get("ref") or Scalar("", node.span), node.get("via")
        mine = self.reader.key(via, scope) if via is not None else Key((), (), ())
        parts, name = mine.parts, self.reader.text(said)
        if via is None or (isinstance(said, Scalar) and not name):
            self.reader.report("M112", "a reference is {ref: TYPE, via: COLUMN}.", node.span)
        if name in ("Organisation", "school_unit") and len(parts) == 1 and isinstance(parts[0], OwnCell):
            scope.frames[0].view.unit_columns.add(mine.columns[0])
        right = language.REFERS_TO.get(field_.name, (name,))
        if name not in right and (name in self.targets or name in language.OPEN_DATA) and not told:
            message = f"{subject} refers to {' or '.join(right)}, not to {name}."
            self.reader.report("M236", message, said.span)
            told = True
        default = "drop_item" if field_.lone else "drop_object"
        missing = self.reader.item_choice(node.get("missing"), language.MISSING, default, scope)
        on_empty = "reject" if field_.required else "omit"
        empty = self.reader.item_choice(node.get("empty"), language.EMPTY, on_empty, scope)
        if told or not name:
            return None
        if name in language.OPEN_DATA:
            known = _Known(self._open_data(name))
        elif (own := self._own(name, said, node, mine)) is not None:
            known = own
        else:
            return None
        if not parts:
            return None
        absent = _absent(name, scope, node.span, subject, missing, empty, known)
        key = key_getter(parts, known.written)
        return Reference(_unless_nothing(key, known.find) if known.written else key, known.find, absent)

    def _own(self, name: str, said: Node, node: Table, mine: Key) -> _Known | None:
        """Objects of this mapping, by their source's key or `by` other columns of it."""
        via = node.get("via")
        asked = len(via.items) if isinstance(via, Items) else 1  # also those that are misspelt
        whole = len(mine.parts) == asked
        targets = self._targets(said, name, node, mine.columns, whole)
        if not targets:
            return None
        targets = [target for target in targets if len(target.key.parts) == asked] or targets
        view, by = targets[0].view, node.get("by")
        its = targets[0].key if by is None else self.reader.key(by, Scope((Frame(view.name, view),)), early=True)
        if via is None:
            return None
        if whole:
            self.reader.comparable(mine, its, view.name, via.span)
        if its.parts and asked and asked != len(its.parts):
            words = "`by` names" if by is not None else f'{name} of "{view.name}" has the key'
            message = f"{words} {', '.join(its.columns)}; `via` names {asked} column(s)."
            self.reader.report("M232", message, via.span)
            return None
        if by is None:
            return _among(targets)
        if not its.parts:
            return None
        index = self.index(view, its)
        self.used_indexes.append(index)
        return _by_columns(index, targets[0].key, _among(targets))

    def _targets(self, said: Node, name: str, node: Table, columns: tuple[str, ...], whole: bool) -> list[Target]:
        """The rules that are meant: one, or several from one source. `whole`: whether all columns could be read."""
        candidates = self.targets.get(name)
        if not candidates and name in self.broken:
            return []
        if not candidates:
            known = [*self.targets, *language.OPEN_DATA]
            message = f'nothing is mapped to "{name}"; a reference goes to {", ".join(known)}.'
            guess = did_you_mean(name, known)
            self.reader.report("M230", message, said.span, guess)
            candidates = self.targets.get(guess, [])
        if not candidates:
            return []
        if (of := node.get("of")) is not None:
            source = self.reader.text(of)
            chosen = [target for target in candidates if target.view.name == source]
            if not chosen:
                sources = [target.view.name for target in candidates]
                message = f'{name} has no rule from "{source}"; there are {", ".join(sources)}.'
                guess = did_you_mean(source, sources)
                self.reader.report("M231", message, of.span, guess)
                chosen = [target for target in candidates if target.view.name == guess]
            return chosen
        if len({target.view.name for target in candidates}) > 1:
            same = [target for target in candidates if target.key.columns == columns]
            if len({target.view.name for target in same}) == 1:
                return same
            if not whole:
                return []
            listed = ", ".join(target.view.name for target in candidates)
            self.reader.report("M231", f"{name} has several rules; say which with `of:` ({listed}).", said.span)
            return []
        return candidates

    def _open_data(self, name: str) -> Callable[[Hashable], str | None]:
        data = self.open_data
        finders: dict[str, Callable[[str], str | None]] = {
            "test_activity": data.test_activity_id,
            "school_unit": data.school_unit_id,
            "programme": data.programme_code,
        }
        find = finders[name]
        known: dict[Hashable, str | None] = {}

        def lookup(key: Hashable) -> str | None:
            if not key:
                return None
            if key not in known:
                known[key] = find(str(key))
            return known[key]

        return lookup


@dataclass(frozen=True)
class _Known:
    """What a reference can lead to: `find` gives an id or None; then `hidden` and `several` tell why."""

    find: Callable[[Hashable], str | None]
    hidden: Callable[[Hashable], bool] = lambda key: False
    several: Callable[[Hashable], bool] = lambda key: False
    written: bool = False  # in rows of the mapping, where an empty part of a key is a value


def _among(targets: list[Target]) -> _Known:
    """By the key of the targets' source; `hidden`: there, but not published; `several`: of more than one object."""
    if len(targets) == 1:
        only = targets[0]
        return _Known(only.ids.get, only.is_hidden, only.is_shared, only.view.written)

    def ids(key: Hashable) -> set[str]:
        return {found for target in targets if (found := target.ids.get(key)) is not None}

    def several(key: Hashable) -> bool:
        return len(ids(key)) > 1 or any(target.is_shared(key) for target in targets)

    def find(key: Hashable) -> str | None:
        return None if several(key) else next(iter(ids(key)), None)

    written = all(target.view.written for target in targets)
    return _Known(find, lambda key: any(target.is_hidden(key) for target in targets), several, written)


def _by_columns(index: Index, key: Key, known: _Known) -> _Known:
    """By other columns of the source: they lead to its rows, and those to the objects."""
    key_of = row_key(key.parts, index.view.written)

    def keys(wanted: Hashable) -> list[Hashable]:
        return [key_of(row) for row in index.rows.get(wanted, ()) if not isinstance(row, RowFinding)]

    def ids(wanted: Hashable) -> set[str]:
        return {found for key in keys(wanted) if (found := known.find(key)) is not None}

    def find(wanted: Hashable) -> str | None:
        found = ids(wanted)
        return found.pop() if len(found) == 1 and not several(wanted) else None

    def several(wanted: Hashable) -> bool:
        return len(ids(wanted)) > 1 or any(map(known.several, keys(wanted)))

    return _Known(find, lambda wanted: any(map(known.hidden, keys(wanted))), several, index.view.written)


def _unless_nothing(
    key: Callable[[Frames], Hashable], find: Callable[[Hashable], str | None]
) -> Callable[[Frames], Hashable]:
    """A key of empty cells alone asks for nothing, unless there is just such a row."""

    def get(frames: Frames) -> Hashable:
        found = key(frames)
        asks = any(found) if isinstance(found, tuple) else found
        return found if asks or find(found) is not None else None

    return get


def _absent(
    name: str, scope: Scope, span: Span, subject: str, missing: str, empty: str, known: _Known
) -> Callable[[Frames, Hashable], None]:
    """What happens when the target is not there: nothing was asked, it is not published, or it is unknown."""
    finding = {"drop_item": ItemFinding, "drop_object": RowFinding, "stop": RunStopped}[missing]
    view = scope.frames[0].view.name

    def absent(frames: Frames, key: Hashable) -> None:
        row = RowRef(view, frames[0][0])
        if key is None:
            if empty == "omit":
                return
            if empty == "omit_item":
                raise ItemOmitted
            raise RowFinding("M300", "is empty, and a reference is required", row, span, subject)
        value = " ".join(key) if isinstance(key, tuple) else str(key)
        if known.several(key):
            raise finding("M331", f"refers to more than one {name}", row, span, subject, value)
        if known.hidden(key):
            raise NotExposed
        raise finding("M330", f"refers to no {name} that is published", row, span, subject, value)

    return absent
