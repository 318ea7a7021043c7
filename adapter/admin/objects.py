"""Person eller grupp: an object as published, as it was, and the rows it is made of. Every view is on record."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from adapter.admin.desk import Acting, AtDesk, Desk, Looking, Visitor
from adapter.admin.tasks import Task
from adapter.masking import masked
from adapter.ss12000.ids import canonical_uuid
from adapter.ss12000.rules import is_protected
from adapter.ss12000.types import ResourceType
from adapter.store import feedback, pages, past, protected, publish

router = APIRouter()
_READ = 3
_COMPLAINTS = 10
Facts = dict[str, Any]


@router.get("/objects")
def ask(desk: AtDesk, visitor: Looking) -> Response:
    """Whom do you look for?"""
    return desk.page(visitor, "objects.html", found=[], asked="")


@router.post("/objects")
def find(desk: AtDesk, visitor: Acting, what: Annotated[str, Form(min_length=1, max_length=200)]) -> Response:
    """By id at once; by a key of the source, all rows are read: `explain`. The key is in no address and no log."""
    if (object_id := canonical_uuid(what.strip())) is not None:
        return RedirectResponse(f"/objects/{object_id}", 303)
    return RedirectResponse(f"/tasks/{desk.tasks.begin(visitor.who, ['explain', '-'], '', what.strip())}", 303)


@router.get("/objects/{object_id}")
def show(desk: AtDesk, visitor: Looking, object_id: str) -> Response:
    """What is published of it, what was, and who has fetched it."""
    known = canonical_uuid(object_id)
    if known is None:
        return RedirectResponse("/objects", 303)
    desk.record(visitor, "looked", known)
    found = [facts for kind in ResourceType if (facts := published(desk, kind, known)) is not None]
    return desk.page(visitor, "objects.html", found=found, asked=known)


@router.post("/objects/{object_id}/rows")
def rows(desk: AtDesk, visitor: Acting, object_id: str) -> Response:
    """The rows that it is made of: all sources are read."""
    known = canonical_uuid(object_id) or ""
    desk.record(visitor, "looked", known)
    return RedirectResponse(f"/tasks/{desk.tasks.begin(visitor.who, ['explain', '-'], known, known)}", 303)


def described(desk: Desk, visitor: Visitor, task: Task) -> Response:
    """What `explain` has told, beside what is published."""
    told = task.said["found"]
    for found in told:
        if found["id"] != task.about:
            desk.record(visitor, "looked", found["id"])
    beside = [(found, published(desk, ResourceType(found["type"]), found["id"])) for found in told]
    return desk.page(visitor, "explained.html", beside=beside)


def published(desk: Desk, kind: ResourceType, object_id: str) -> Facts | None:
    """The document as the client has it or will fetch it, and its history; masked where somebody is protected."""
    store = desk.store
    fate = pages.fate(store, kind, object_id) if object_id else None
    if fate is None:
        return None
    remembered = protected.remembered(store)
    hidden, values = object_id in remembered, {}
    if not fate.gone:
        values = orjson.loads(publish.bodies(store, kind, [object_id])[object_id])
        about = values["person"]["id"] if kind is ResourceType.DUTY else object_id
        hidden = hidden or about in remembered or (kind is ResourceType.PERSON and is_protected(values))
    changes = [] if hidden else past.of_object(store, kind, object_id)
    listed = pages.DELETED if fate.gone else kind.collection
    return {
        "kind": kind,
        "id": object_id,
        "fate": fate,
        "hidden": hidden,
        "lines": [(path, masked(text) if hidden and path != "id" else text) for path, text in flat(values)],
        "changes": [_change(change) for change in changes],
        "fetched": feedback.fetches(store, listed, fate.modified, _READ),
        "complaints": [] if hidden else feedback.complaints(store, 0, object_id, _COMPLAINTS),
    }


def _change(change: past.Change) -> Facts:
    """What a version did: each attribute before and after."""
    before, after = (dict(flat(orjson.loads(body))) if body else {} for body in (change.before, change.after))
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    did = "created" if change.before is None else "deleted" if change.after is None else "updated"
    lines = [(name, before.get(name, ""), after.get(name, "")) for name in names] if did == "updated" else []
    return {"version": change.version, "at": change.at, "did": did, "lines": lines}


def flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """A document's lines: path and text."""
    if isinstance(value, dict):
        return [line for name, inner in value.items() for line in flat(inner, f"{path}.{name}" if path else name)]
    if isinstance(value, list):
        return [line for number, inner in enumerate(value, 1) for line in flat(inner, f"{path}[{number}]")]
    return [(path, str(value))]
