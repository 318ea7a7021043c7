"""What administrators did on their page, and whom they looked at: kept so that somebody can be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from adapter.store import schema
from adapter.store.engine import Store

KEPT = 400 * 86_400_000  # ms; as long as the access record
Did = Literal["login", "refused", "looked", "approved", "rejected", "ran", "downloaded"]
"""looked: at a person or another object; refused: a login."""


@dataclass(frozen=True, slots=True)
class Deed:
    """`at` in ms. `about`: an object's id, a plan's fingerprint, a file's name; never a name or personnummer."""

    at: int
    who: str
    did: Did
    about: str = ""
    reason: str = ""


def record(store: Store, deed: Deed) -> None:
    """Keep it. Raises StateError: then what it is about must not happen."""
    table = schema.deed
    values = {name: getattr(deed, name) for name in Deed.__slots__}
    with store.writing() as connection:
        connection.execute(sa.insert(table).values(**values))
        connection.execute(sa.delete(table).where(table.c.at < deed.at - KEPT))


def latest(store: Store, limit: int, did: tuple[Did, ...] = (), about: str = "") -> list[Deed]:
    """The newest first: of all kinds or of some, about everything or one thing."""
    table = schema.deed
    wanted = sa.select(*(table.c[name] for name in Deed.__slots__)).order_by(table.c.number.desc()).limit(limit)
    if did:
        wanted = wanted.where(table.c.did.in_(did))
    if about:
        wanted = wanted.where(table.c.about == about)
    with store.reading() as connection:
        return [Deed(*row) for row in connection.execute(wanted)]
