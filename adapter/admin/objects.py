"""Person eller grupp: an object as published, as it was, and the rows it is made of. Every view is on record."""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from adapter.admin.desk import Acting, AtDesk, Desk, Looking, Visitor
from adapter.admin.tasks import Task
from adapter.errors import RequestRefused
from adapter.findings import Finding
from adapter.masking import masked
from adapter.ss12000.ids import canonical_uuid
from adapter.ss12000.rules import is_protected
from adapter.ss12000.types import ResourceType
from adapter.store import feedback, pages, past, publish, veil

router = APIRouter()
_READ = 3
_COMPLAINTS = 10
_ABOUT = 80  # letters
_MOST = 10
_PLACE = re.compile(r"\[\d+\]")
Facts = dict[str, Any]


@router.get("/objects")
def ask(desk: AtDesk, visitor: Looking) -> Response:
    """Whom do you look for?"""
    return desk.page(visitor, "objects.html", found=[], asked="")


@router.post("/objects")
def find(desk: AtDesk, visitor: Acting, what: Annotated[str, Form(min_length=1, max_length=200)]) -> Response:
    """By id at once; by a key of the source, all rows are read: `explain`. The key is in no address and no log."""
    asked = what.strip()
    if not asked:
        raise RequestRefused(400, "blank")
    object_id = canonical_uuid(asked)
    if object_id is not None and any(pages.fate(desk.store, kind, object_id) for kind in ResourceType):
        return RedirectResponse(f"/objects/{object_id}", 303)
    return desk.begin(visitor, ["explain", "-"], desk.deed(visitor, "looked", "search"), stdin=asked)


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
    return desk.begin(visitor, ["explain", "-"], desk.deed(visitor, "looked", known), known, known)


def described(desk: Desk, visitor: Visitor, task: Task) -> Response:
    """What `explain` has told, beside what is published."""
    told = task.said.get("found", [])  # a code such as M210 is explained too, elsewhere
    for found in told:
        found["findings"] = [Finding.of(facts) for facts in found["findings"]]
    for found in told[:_MOST]:
        if found["id"] != task.about or not task.about:
            desk.record(visitor, "looked", (found["id"] or f"row {found['source']}")[:_ABOUT])
    beside = [(found, published(desk, ResourceType(found["type"]), found["id"], found["protected"])) for found in told]
    return desk.page(visitor, "explained.html", beside=beside[:_MOST], more=len(beside) - _MOST)


def published(desk: Desk, kind: ResourceType, object_id: str, hidden: bool = False) -> Facts | None:
    """The document as the client has it or will fetch it, and its history; masked where somebody is protected.

    `hidden`: the sources say that somebody is, whatever is published.
    """
    store = desk.store
    fate = pages.fate(store, kind, object_id) if object_id else None
    if fate is None:
        return None
    values = {} if fate.gone else orjson.loads(publish.bodies(store, kind, [object_id])[object_id])
    marked = kind is ResourceType.PERSON and bool(values) and is_protected(values)
    hidden = hidden or marked or veil.hides(store, kind, object_id)
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
    """What a version did: what each attribute held before and not after, and the reverse. Items have no order."""
    before, after = (
        Counter((_PLACE.sub("", path), text) for path, text in flat(orjson.loads(body))) if body else Counter()
        for body in (change.before, change.after)
    )
    did = "created" if change.before is None else "deleted" if change.after is None else "updated"
    gone, come = (_by_name(some) for some in (before - after, after - before))
    names = list(dict.fromkeys([*gone, *come])) if did == "updated" else []
    lines = [(name, ", ".join(gone.get(name, ())), ", ".join(come.get(name, ()))) for name in names]
    return {"version": change.version, "at": change.at, "did": did, "lines": lines}


def _by_name(texts: Counter[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, text in texts.elements():
        found.setdefault(name, []).append(text)
    return found


def flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """A document's lines: path and text."""
    if isinstance(value, dict):
        return [line for name, inner in value.items() for line in flat(inner, f"{path}.{name}" if path else name)]
    if isinstance(value, list):
        return [line for number, inner in enumerate(value, 1) for line in flat(inner, f"{path}[{number}]")]
    return [(path, str(value))]
