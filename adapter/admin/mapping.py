"""Koppling: which column each attribute comes from, and what `check` has to say."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from adapter.admin.desk import AtDesk, Desk, Looking, Visitor
from adapter.admin.tasks import Task
from adapter.findings import Finding

router = APIRouter()


@router.get("/mapping")
def check(desk: AtDesk, visitor: Looking) -> Response:
    """`check`: it opens the sources and reads their headers."""
    return desk.begin(visitor, ["check"], None)


def covered(desk: Desk, visitor: Visitor, task: Task) -> Response:
    """What `check` has found, rule by rule."""
    found: dict[str, Any] = task.said
    rules = [(rule, list(lines)) for rule, lines in groupby(found["coverage"], key=lambda line: line["rule"])]
    issues = [Finding.of(facts) for facts in found["issues"]]
    return desk.page(
        visitor,
        "mapping.html",
        found=found,
        rules=rules,
        issues=issues,
        file=desk.settings.mapping.file.name,
        mapped=sum(bool(line["from"]) for line in found["coverage"]),
    )
