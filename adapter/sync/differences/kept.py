"""What is kept of a run for the next night: arrays of codes and of places, no cell of any row.

All of it is believed, or none: it is signed with a secret of the state.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from adapter.mapping.cells import converted
from adapter.mapping.plan import Plan, Rule
from adapter.ss12000.types import ResourceType
from adapter.sync.differences.record import ALWAYS, Record
from adapter.sync.differences.shelf import Places, Unusual, told_apart

if TYPE_CHECKING:
    from adapter.sync.assemble import Assembly
    from adapter.sync.extract import Sources

Array = npt.NDArray[Any]
CURRENT, DROPPED, CLAIMED = 0, 1, 2
"""Of an object: it is published; it was built and then dropped, for nobody needs it; no more than a key of it is known."""
_ID = "S36"


@dataclass
class Kept:
    """One good run. `facts` are JSON; `arrays` by name, see `made`."""

    facts: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Array:
        return self.arrays[name]

    def ids(self, name: str) -> list[str]:
        """An array of ids as texts."""
        return b"\n".join(self.arrays[name].tolist()).decode().split("\n") if len(self.arrays[name]) else []

    def written(self, key: bytes) -> bytes:
        """As bytes, signed."""
        body = io.BytesIO()
        told = np.frombuffer(json.dumps(self.facts).encode(), dtype=np.uint8)
        np.savez(body, facts=told, **self.arrays)
        return _mark(body.getvalue(), key) + body.getvalue()


def read(written: bytes, key: bytes) -> Kept | None:
    """What `written` gave; None where that is damaged or was signed with another key."""
    mark, body = written[:32], written[32:]
    if mark != _mark(body, key):
        return None
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
    except (ValueError, OSError, zipfile.BadZipFile):
        return None
    return Kept(json.loads(arrays.pop("facts").tobytes()), arrays)


def _mark(body: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(body, key=key, digest_size=32).digest()


def rules_of(plan: Plan) -> Iterator[tuple[str, Rule]]:
    """All rules with the names of their arrays."""
    for rules in plan.rules.values():
        for rule in rules:
            yield f"rule {rule.span}", rule


def made(record: Record, assembly: Assembly, plan: Plan, sources: Sources) -> Kept:
    """What is kept of a run that has been written down. Raises Unusual where not all of it can be followed."""
    if record.unusual:
        raise Unusual(record.unusual)
    kept = Kept()
    _tell_of_keys(record, plan)
    kept.facts["headers"] = {name: list(table.columns) for name, table in sources.tables.items()}
    kept.facts["sources"] = {name: _source(record, kept, name, sources) for name in record.sources}
    views = {index.rows.name: index.view for index in indexes_of(plan)}  # type: ignore[attr-defined]
    for name, found in record.indexes.items():
        numbers = kept[f"numbers {views[name].source}"]
        aligned = np.zeros(len(numbers), dtype=np.uint64)
        aligned[_places(numbers, found.numbers)] = np.frombuffer(found.codes, dtype=np.uint64)
        kept.arrays[name] = aligned
    always: list[int] = []
    for name, rule in rules_of(plan):
        row = record.rule(rule)
        if rule.view.source not in record.sources:
            always += row.unit
            continue
        kept.arrays[f"{name} row"] = _places(kept[f"numbers {rule.view.source}"], row.numbers)
        for part in ("group", "unit", "claim", "ends", "deps"):
            kept.arrays[f"{name} {part}"] = np.frombuffer(getattr(row, part), dtype=np.uint64)
        kept.arrays[f"{name} ids"] = np.frombuffer(row.ids, dtype=np.int64)
        kept.arrays[f"{name} flags"] = np.frombuffer(row.flags, dtype=np.uint8)
        kept.arrays[f"{name} outcome"] = np.frombuffer(row.outcome, dtype=np.uint16)
    units: dict[tuple[str, ...], int] = {}
    for kind in ResourceType:
        _objects(record, kept, kind, assembly, units)
        always += map(record.units[kind], _looked_at_again(kind, assembly, plan))
    kept.arrays["always"] = np.unique(np.array(always, dtype=np.uint64))
    kept.facts["units"] = list(units)
    kept.facts["outcomes"] = list(record.outcomes)
    kept.facts["answers"] = {moment: list(found.items()) for moment, found in record.answers.items()}
    return kept


def indexes_of(plan: Plan) -> list[Any]:
    """All that is looked into."""
    of_rules = [index for _, rule in rules_of(plan) for index in rule.indexes]
    return [*of_rules, *(index for view in plan.views for index in view.made.looked_up)]


def _tell_of_keys(record: Record, plan: Plan) -> None:
    """Rows of whose keys there is something to tell are looked at every night."""
    for index in indexes_of(plan):
        if (source := record.sources.get(index.view.source)) is not None:
            source.told |= index.partly
            source.told.update(row.row for get in index.key for part in converted(get) for row, _ in part.unread)


def _source(record: Record, kept: Kept, name: str, sources: Sources) -> dict[str, Any]:
    found = record.sources[name]
    numbers = np.frombuffer(found.numbers, dtype=np.int64)
    if found.lines is None:
        codes = told_apart(np.array(found.codes, dtype=np.uint64))
    else:
        first, of_lines = found.lines
        codes = of_lines[numbers - first]
        _only_empty_between(numbers, first, of_lines, name, sources, found.columns)
    told = np.isin(numbers, np.array(sorted(found.told), dtype=np.int64))
    kept.arrays |= {f"numbers {name}": numbers, f"codes {name}": codes, f"told {name}": told}
    for column, units in found.units.items():
        which = np.zeros(len(numbers), dtype=np.int32)
        which[_places(numbers, units.numbers)] = np.frombuffer(units.which, dtype=np.int64)
        kept.arrays[f"units {name} {column}"] = which
    return {
        "how": found.how,
        "columns": list(found.columns),
        "units": {column: list(units.texts) for column, units in found.units.items()},
    }


def _only_empty_between(
    numbers: Array, first: int, codes: Array, name: str, sources: Sources, columns: Sequence[str]
) -> None:
    """Raises Unusual where a line that is no row is more than empty: a row spans it."""
    between = np.ones(len(codes), dtype=bool)
    between[numbers - first] = False
    left = np.flatnonzero(between)
    if not len(left):
        return
    lines = sources.tables[name].lines()  # type: ignore[attr-defined]
    some = [(first + place, lines.raws[place]) for place in left.tolist()]
    for row in lines.cells(some, columns):
        if row is not None and any(map(str.strip, row)):
            raise Unusual(f"rows of {name} span several lines")


def _places(numbers: Array, some: Sequence[int]) -> Places:
    return np.searchsorted(numbers, np.frombuffer(some, dtype=np.int64))  # type: ignore[call-overload,no-any-return]


def _objects(
    record: Record, kept: Kept, kind: ResourceType, assembly: Assembly, units: dict[tuple[str, ...], int]
) -> None:
    """What the set rules and the next night need to know of each object."""
    stage, known = assembly.stages[kind], record.known[kind]
    of, dropped = stage.units, stage.dropped
    state = [CURRENT if i in of else DROPPED if i in dropped else CLAIMED for i in known]
    nothing: tuple[bytes, tuple[str, ...]] = (bytes(16), ())
    which = [units.setdefault(of[i] if i in of else dropped.get(i, nothing)[1], len(units)) for i in known]
    kept.arrays |= {
        f"{kind} ids": np.array(list(known), dtype=_ID),
        f"{kind} state": np.array(state, dtype=np.uint8),
        f"{kind} units": np.array(which, dtype=np.int32),
        f"{kind} dropped": np.frombuffer(
            b"".join(dropped[i][0] for i, at in zip(known, state, strict=True) if at == DROPPED), dtype=np.uint8
        ),
    }
    if kind is ResourceType.PERSON:
        codes = np.array([record.persons.get(i, (0, 0)) for i in known], dtype=np.uint64).reshape(-1, 2)
        kept.arrays |= {"Person number": codes[:, 0].copy(), "Person name": codes[:, 1].copy()}
    if kind is ResourceType.DUTY:
        kept.arrays["Duty person"] = np.array([assembly.duty_persons.get(i, "") for i in known], dtype=_ID)
    if kind is ResourceType.GROUP:
        kept.arrays["Group class"] = np.array([assembly.group_units.get(i) is None for i in known], dtype=bool)
    if kind is ResourceType.ACTIVITY:
        kept.facts["taught"] = [assembly.taught.get(i, []) for i in known]


def _looked_at_again(kind: ResourceType, assembly: Assembly, plan: Plan) -> set[str]:
    """Objects that are built anew on every night: there is something to tell of them, or somebody waits for them."""
    stage = assembly.stages[kind]
    found = stage.rejected.keys() | stage.withheld | stage.marked | stage.twins
    for rule in plan.rules[kind]:
        found |= {object_id for rivals in rule.target.rivals.values() for object_id in rivals}
    if kind is ResourceType.PERSON:
        found |= assembly.watch.known.keys() | assembly.unreachable.keys()
    if kind is ResourceType.GROUP:
        found |= assembly.memberless.keys()
    return found


__all__ = ["ALWAYS", "CLAIMED", "CURRENT", "DROPPED", "Array", "Kept", "indexes_of", "made", "read", "rules_of"]
