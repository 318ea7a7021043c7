"""The tables of the state, in one place. Times are whole milliseconds since 1970 (UTC).

One table a type: `rid` is the key of full lists (arrival order, never reused), `seq` the key of deltas
(strictly increasing over everything that was ever stamped). `body` is the document as the facade sends it,
`meta` included; it comes last so that digests and stamps are read without touching it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from adapter.ss12000.types import ResourceType

SCHEMA_VERSION = 3
HISTORY_FROM = "history_from"
"""Setting: the lowest version that can still be made from `past`."""

metadata = MetaData()
_Rowid = BigInteger().with_variant(Integer, "sqlite")  # SQLite's rowid must be declared INTEGER


def _object_table(kind: ResourceType) -> Table:
    name = f"published_{kind.lower()}"
    return Table(
        name,
        metadata,
        Column("rid", _Rowid, primary_key=True, autoincrement=True),
        Column("id", String(36), nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("version", BigInteger, nullable=False),  # the publication that last changed the document
        Column("digest", LargeBinary(16), nullable=False),
        Column("created", BigInteger, nullable=False),
        Column("modified", BigInteger, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Index(f"{name}_id", "id", unique=True),
        Index(f"{name}_seq", "seq", unique=True),
        sqlite_autoincrement=True,
    )


published: dict[ResourceType, Table] = {kind: _object_table(kind) for kind in ResourceType}

past = Table(
    "past",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("type", String(12), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("did", String(8), nullable=False, comment="what the version did to the object: created, updated, deleted"),
    Column("digest", LargeBinary(16)),
    Column("body", LargeBinary, comment="as it was before; NULL where there was none"),
    Index("past_object", "type", "id"),
    comment="earlier versions as differences: store/past",
)

keepsake = Table(
    "keepsake",
    metadata,
    Column("name", String(400), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""What a run leaves for the next one: `store/keepsake`."""

alias = Table(
    "alias",
    metadata,
    Column("made", String(36), primary_key=True),
    Column("kept", String(36), nullable=False),
    Column("at", BigInteger, nullable=False),
    comment="ids that stay where the key has changed: the id that the mapping makes -> the one that is published",
)

tombstone = Table(
    "tombstone",
    metadata,
    Column("type", String(12), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("seq", BigInteger, nullable=False, unique=True),
    Column("version", BigInteger, nullable=False),
    Column("deleted", BigInteger, nullable=False),
)

protected = Table(
    "protected",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("marked", Boolean, nullable=False, comment="or without a mark, and the same person as one with"),
    Column("since", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False, comment="the last run that met the person"),
    Column("unmarked", Integer, nullable=False, comment="nights on which the mark was gone"),
    Column("unmarked_on", String(10), nullable=False, comment="date of the last of them"),
    comment="persons who were protected on an earlier night, so that a lost mark publishes nobody at once",
)

absent = Table(
    "absent",
    metadata,
    Column("type", String(12), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("nights", Integer, nullable=False),
    Column("on_day", String(10), nullable=False, comment="date of the last of them"),
    comment="published objects that no row gives any more, and that stay for some nights (gate.nights_missing)",
)

stamp = Table(
    "stamp",
    metadata,
    Column("first_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False, index=True),
    comment="each publication and re-stamp: objects with seq >= first_seq carry modified >= at",
)

publication = Table(
    "publication",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("run", String(36), nullable=False),
    Column("types", Text, nullable=False, comment="JSON: types with created or updated objects"),
    Column("deletions", Boolean, nullable=False),
)

setting = Table(
    "setting",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
    comment="schema version, next seq, page token key, what the last complete run was made with",
)

run = Table(
    "run",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("started", BigInteger, nullable=False, index=True),
    Column("ended", BigInteger),
    Column("outcome", String(12), nullable=False),
    Column("report", Text, nullable=False, comment="JSON, as printed by sync --json"),
)

finding = Table(
    "finding",
    metadata,
    Column("run", String(36), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("facts", Text, nullable=False, comment="JSON, masked before it came here"),
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", Text, nullable=False),
    Column("target", Text, nullable=False, unique=True),
    Column("types", Text, nullable=False, comment="JSON list of resource types"),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("confirmed", BigInteger, nullable=False, comment="the version the client is known to hold"),
    Column("spelling", String(20), nullable=False, default="both", comment="key of the notice, quirk Q1"),
    Column("caller", Text, nullable=False, default="", comment="whose reads confirm: as in access"),
    Column("skew", BigInteger, nullable=False, default=0, comment="ms that the target's clock is ahead of ours"),
)

notice = Table(
    "notice",
    metadata,
    Column("id", _Rowid, primary_key=True, autoincrement=True),
    Column("subscription", String(36), nullable=False, index=True),
    Column("version", BigInteger, nullable=False),
    Column("types", Text, nullable=False, comment="JSON list; may be empty when only deletions"),
    Column("deletions", Boolean, nullable=False),
    Column("state", String(10), nullable=False, comment="pending | sending | sent"),
    Column("created", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt", BigInteger, nullable=False, comment="of a notice that is being sent: end of its lease"),
    Column("sent", BigInteger),
    Column("mark", BigInteger, nullable=False, default=0, comment="the last access before it was sent"),
    Column("error", Text, nullable=False, default=""),
    sqlite_autoincrement=True,
)

client_log = Table(
    "client_log",
    metadata,
    Column("number", _Rowid, primary_key=True, autoincrement=True),
    Column("received", BigInteger, nullable=False, index=True),
    Column("severity", String(20), nullable=False),
    Column("entry", Text, nullable=False, comment="JSON as received; may hold personal data, admin only"),
    sqlite_autoincrement=True,
)

client_statistics = Table(
    "client_statistics",
    metadata,
    Column("number", _Rowid, primary_key=True, autoincrement=True),
    Column("received", BigInteger, nullable=False, index=True),
    Column("type", String(40), nullable=False),
    Column("entry", Text, nullable=False, comment="JSON as received"),
    sqlite_autoincrement=True,
)

deed = Table(
    "deed",
    metadata,
    Column("number", _Rowid, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("who", Text, nullable=False),
    Column("did", String(20), nullable=False),
    Column("about", String(80), nullable=False, comment="an object's id, a plan's fingerprint, a file's name"),
    Column("reason", Text, nullable=False, default=""),
    sqlite_autoincrement=True,
    comment="what administrators did on their page, and whom they looked at: store/deeds",
)

access = Table(
    "access",
    metadata,
    Column("number", _Rowid, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("caller", Text, nullable=False),
    Column("resource", String(20), nullable=False, comment="persons … deletedEntities"),
    Column("kind", String(8), nullable=False, comment="full | delta | part | one"),
    Column("objects", Integer, nullable=False),
    Column("last_page", Boolean, nullable=False),
    Column("began", BigInteger, nullable=False, comment="when the first page of the list was asked for"),
    Column("after", BigInteger, nullable=False, comment="the delta's beginning; 0 for whole lists"),
    sqlite_autoincrement=True,
    comment="who read what, how many, when; never which person. Pages of a list that follow close are one row",
)
