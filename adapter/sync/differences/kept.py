"""What is kept of a run for the next night: arrays of codes and of places, no cell of any row.

All of it is believed, or none: it is signed with a secret of the state.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from adapter.mapping.cells import converted
from adapter.mapping.plan import Plan, Rule
from adapter.ss12000.types import ResourceType
from adapter.sync.differences.arrays import Array, Places
from adapter.sync.differences.made import found_by
from adapter.sync.differences.record import Record, RuleRecord
from adapter.sync.differences.shelf import Unusual, lines_of, told_apart
from adapter.sync.differences.tables import table_of
from connectors.base import SourceError

if TYPE_CHECKING:
    from adapter.sync.assemble import Assembly
    from adapter.sync.extract import Sources

CURRENT, DROPPED, CLAIMED = 0, 1, 2
"""Of an object: it is published; it was built and then dropped, for nobody needs it; no more than its id is known."""
_LONGEST = 36
_ID = f"S{_LONGEST}"
_MARK = 32  # bytes
_FACTS = "facts"


@dataclass
class Kept:
    """One good run. `facts` are JSON; `arrays` by name, see `made`, come from `load` when they are first asked for."""

    facts: dict[str, Any] = field(default_factory=lambda: {"arrays": {}})
    arrays: dict[str, Array] = field(default_factory=dict)
    load: Callable[[str], bytes] = lambda name: b""

    def __getitem__(self, name: str) -> Array:
        """Raises Unusual where it is damaged or not there."""
        if name not in self.arrays:
            kind, digest = self.facts["arrays"].get(name, ("u1", ""))
            body = self.load(name)
            if _digest(body) != digest:
                raise Unusual("what was kept of the last run is damaged")
            self.arrays[name] = np.frombuffer(body, dtype=kind)
        return self.arrays[name]

    def __contains__(self, name: str) -> bool:
        return name in self.arrays or name in self.facts["arrays"]

    def ids(self, name: str) -> list[str]:
        """An array of ids as texts."""
        return b"\n".join(self[name].tolist()).decode().split("\n") if len(self[name]) else []

    def stays(self, name: str, before: Kept) -> None:
        """An array is what it was in an earlier run."""
        self.facts["arrays"][name] = before.facts["arrays"][name]

    def written(self, key: bytes, before: Mapping[str, Any]) -> Iterator[tuple[str, bytes | None]]:
        """The bodies to write, signed; None for those that are among `before`, the arrays that are written already."""
        yield from ((name, None) for name in self.facts["arrays"])
        for name, found in self.arrays.items():
            body = found.tobytes()
            told = self.facts["arrays"][name] = [found.dtype.str, _digest(body)]
            yield name, None if before.get(name) == told else body
        facts = json.dumps(self.facts).encode()
        yield _FACTS, _mark(facts, key) + facts


def read(load: Callable[[str], bytes], key: bytes) -> Kept | None:
    """What `written` gave; None where there is nothing, or it was signed with another key."""
    written = load(_FACTS)
    facts = written[_MARK:]
    if not facts or written[:_MARK] != _mark(facts, key):
        return None
    return Kept(json.loads(facts), load=load)


def same_rows(one: Kept, other: Kept) -> bool:
    """Whether two runs have read the same rows, in whatever order."""
    read, same = ({name for name, facts in kept.facts["sources"].items() if not facts["made"]} for kept in (one, other))
    return read == same and all(
        np.array_equal(np.sort(one[f"codes {name}"]), np.sort(other[f"codes {name}"])) for name in read
    )


def _mark(facts: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(facts, key=key, digest_size=_MARK).digest()


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def rules_of(plan: Plan) -> Iterator[tuple[str, Rule]]:
    """All rules with the names of their arrays."""
    for rules in plan.rules.values():
        for rule in rules:
            yield name_of(rule), rule


def name_of(rule: Rule) -> str:
    """What the names of a rule's arrays begin with."""
    return f"rule {rule.span.line}:{rule.span.column}"


def made(record: Record, assembly: Assembly, plan: Plan, sources: Sources, before: Kept | None = None) -> Kept:
    """What is kept of a run that has been written down. Raises Unusual where not all of it can be followed.

    `before`: what was kept of the run that this one goes by; of sources that are as they were, that stays.
    """
    if record.unusual:
        raise Unusual(record.unusual)
    for tally in plan.tallies:
        if tally.missing and not tally.matched:  # why that may be is told by the first row that is looked for
            raise Unusual(f"{tally.what}: nothing is found yet")
    kept = Kept() if before is None else Kept(load=before.load)
    _tell_of_keys(record, plan)
    kept.facts["headers"] = {name: list(table.columns) for name, table in sources.tables.items()}
    kept.facts["sources"] = {}
    places: dict[str, Array] = {}
    for name, source in record.sources.items():
        if source.same and before is not None:
            kept.facts["sources"][name] = before.facts["sources"][name]
            for array in before.facts["sources"][name]["arrays"]:
                kept.stays(array, before)
            places[name] = before[f"numbers {name}"]
        else:
            kept.facts["sources"][name] = _source(record, kept, name, sources)
            places[name] = kept[f"numbers {name}"]
    views = {table_of(index).name: index.view for index in plan.indexes}
    for name in list(record.indexes):
        found = record.indexes.pop(name)  # at once, for each of these takes much room
        home = views[name].home
        numbers = places[home]
        aligned = np.zeros(len(numbers), dtype=np.uint64)
        aligned[_places(numbers, found.numbers)] = np.frombuffer(found.codes, dtype=np.uint64)
        kept.arrays[name] = aligned
        kept.facts["sources"][home]["arrays"].append(name)
    inline: dict[ResourceType, set[int]] = {kind: set() for kind in ResourceType}
    for name, rule in rules_of(plan):
        row = record.rules.pop(id(rule), RuleRecord())
        home = rule.view.home
        if home not in record.sources:
            inline[rule.kind].update(row.ids)
            continue
        kept.arrays[f"{name} row"] = _places(places[home], row.numbers).astype(np.int32)
        for part in ("claim", "deps", *(("group",) if rule.distinct else ())):
            kept.arrays[f"{name} {part}"] = np.frombuffer(getattr(row, part), dtype=np.uint64)
        kept.arrays[f"{name} ends"] = np.frombuffer(row.ends, dtype=np.uint64).astype(np.uint32)
        kept.arrays[f"{name} ids"] = np.frombuffer(row.ids, dtype=np.int64).astype(np.int32)
        kept.arrays[f"{name} flags"] = np.frombuffer(row.flags, dtype=np.uint8)
        kept.arrays[f"{name} outcome"] = np.frombuffer(row.outcome, dtype=np.uint32)
    units: dict[tuple[str, ...], int] = {}
    for kind in ResourceType:
        _objects(record, kept, kind, assembly, units)
        again = _looked_at_again(kind, assembly, plan)
        always = [object_id in again or place in inline[kind] for object_id, place in record.known[kind].items()]
        kept.arrays[f"{kind} always"] = np.array(always, dtype=bool)
    kept.facts["units"] = list(units)
    kept.facts["outcomes"] = list(record.outcomes)
    kept.facts["answers"] = {moment: list(found.items()) for moment, found in record.answers.items()}
    return kept


def _tell_of_keys(record: Record, plan: Plan) -> None:
    """Rows of whose keys there is something to tell are looked at every night."""
    for index in plan.indexes:
        if (source := record.sources.get(index.view.home)) is not None:
            unread = {row.row for get in index.key for part in converted(get) for row, _ in part.unread}
            if source.view is None:
                source.told |= index.partly | unread
            elif index.partly or unread:  # perhaps in a row of which nothing is left
                source.all_told = True


def _source(record: Record, kept: Kept, name: str, sources: Sources) -> dict[str, Any]:
    found = record.sources[name]
    numbers = np.frombuffer(found.numbers, dtype=np.int64)
    if found.lines is None:
        codes = told_apart(np.array(found.codes, dtype=np.uint64))
    else:
        first, of_lines = found.lines
        codes = of_lines[numbers - first]
        _only_empty_between(numbers, first, of_lines, name, sources, found.columns)
    told = np.isin(numbers, np.array(sorted(found.told), dtype=np.int64)) | found.all_told
    kept.arrays |= {f"numbers {name}": numbers.astype(np.int32), f"codes {name}": codes, f"told {name}": told}
    counts = {}
    for column, units in found.units.items():
        counts[column] = list(units.counts(numbers).items())
        which = np.zeros(len(numbers), dtype=np.int32)
        which[_places(numbers, units.numbers)] = np.frombuffer(units.which, dtype=np.int64)
        kept.arrays[f"units {name} {column}"] = which
    of_units = [f"units {name} {column}" for column in found.units]
    return {
        "rows": len(numbers),
        "counts": counts,
        "arrays": [f"numbers {name}", f"codes {name}", f"told {name}", *of_units],
        "how": found.how,
        "made": found.view is not None,
        "joins": found_by(found.view) if found.view is not None else [],
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
    lines = lines_of(sources.tables[name])
    assert lines is not None  # whose codes these are
    try:
        rows = lines.cells(left.tolist(), columns)
    except SourceError:
        raise Unusual(f"rows of {name} span several lines") from None
    for row in rows:
        if row is not None and any(cell and cell.strip() for cell in row):
            raise Unusual(f"rows of {name} span several lines")


def _places(numbers: Array, some: Sequence[int]) -> Places:
    found: Places = np.searchsorted(numbers, np.array(some, dtype=np.int32))
    return found


def _objects(
    record: Record, kept: Kept, kind: ResourceType, assembly: Assembly, units: dict[tuple[str, ...], int]
) -> None:
    """What the set rules and the next night need to know of each object."""
    stage, known = assembly.stages[kind], record.known[kind]
    of, dropped = stage.units, stage.dropped
    if any(len(object_id) > _LONGEST for object_id in known):
        raise Unusual(f"{kind} has an id that is no uuid")
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
        for name, found in (("number", record.numbers), ("name", record.names)):
            codes = np.zeros(len(known), dtype=np.uint64)
            codes[: len(found)] = np.frombuffer(found, dtype=np.uint64)
            kept.arrays[f"Person {name}"] = codes
        kept.arrays["Person unreachable"] = np.array([i in assembly.unreachable for i in known], dtype=bool)
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
        found |= assembly.watch.known.keys()
    if kind is ResourceType.GROUP:
        found |= assembly.memberless.keys()
    return found
