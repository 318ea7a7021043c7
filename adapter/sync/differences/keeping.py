"""Takes what the last good run left, where it is still true of tonight; and leaves it for the next night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from adapter.store import keepsake, pages
from adapter.store.engine import Store
from adapter.sync import repeat
from adapter.sync.differences.codes import Coder
from adapter.sync.differences.kept import Kept, read
from adapter.sync.inputs import Inputs
from adapter.sync.report import Report
from connectors.files.imprints import Imprint


def coder(store: Store, inputs: Inputs) -> Coder:
    """What rows and keys of this state are coded with."""
    return Coder(repeat.secret(store, b"row codes") + inputs.settings.organiser.id_namespace.bytes)


def last(store: Store, inputs: Inputs) -> Kept | None:
    """What the last good run left, where it is true of tonight."""
    found = read(keepsake.Bodies(store), repeat.secret(store, b"differences"))
    if found is None:
        return None
    facts = found.facts
    true_still = (
        facts["version"] == pages.current_version(store)
        and facts["today"] <= inputs.date().isoformat() < facts["turns"]
        and facts["made_from"] == repeat.made_from(inputs)
    )
    return found if true_still else None


def may_be_gone_by(found: Kept, inputs: Inputs) -> bool:
    """Whether tonight's run need not read all rows: once a week it does."""
    return 0 <= inputs.clock() - int(found.facts["whole_at"]) < repeat.BELIEVED


def unchanged(found: Kept, seen: Mapping[str, Imprint | None]) -> frozenset[str]:
    """The sources whose files are as they were."""
    before = found.facts["imprints"]
    return frozenset(name for name, one in seen.items() if one is not None and one.digest.hex() == before.get(name, ""))


def turns(found: Kept) -> dt.date:
    """The first day on which rows that have not changed may come to something else."""
    return dt.date.fromisoformat(found.facts["turns"])


def leave(
    store: Store,
    inputs: Inputs,
    found: Kept | None,
    report: Report,
    turns: str,
    seen: Mapping[str, Imprint | None],
) -> None:
    """For the next night; None leaves nothing."""
    key = repeat.secret(store, b"differences")
    if found is None:
        keepsake.write(store, ())
        return
    before = read(keepsake.Bodies(store), key)
    found.facts |= {
        "version": report.version,
        "today": inputs.date().isoformat(),
        "turns": turns,
        "whole_at": report.whole_at,
        "made_from": repeat.made_from(inputs),
        "imprints": {name: one.digest.hex() for name, one in seen.items() if one is not None and one.holds()},
    }
    there = before.facts["arrays"] if before else {}
    keepsake.write(store, found.written(key, there))
