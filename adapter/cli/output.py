"""How commands speak: aligned tables for people, one JSON document for machines, errors on stderr."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from adapter.errors import AdapterError
from adapter.findings import Finding, Grouped

SHOWN = 20


def line(text: str = "") -> None:
    """A line for people."""
    print(text)


def document(value: Any) -> None:
    """The one JSON document of a `--json` run."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


Level = Literal["info", "warning", "error"]
FORMATS = ("text", "json")
_PRIORITIES = {"info": 6, "warning": 4, "error": 3}
_log = {"format": "text"}


def log_as(form: str) -> None:
    """How lines beside the result are written from now on: text, or a JSON object each."""
    _log["format"] = form


def note(text: str, level: Level = "info", **facts: Any) -> None:
    """A line beside the result: to stderr. `facts` stand in JSON alone."""
    if _log["format"] == "json":
        at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        line_ = json.dumps({"time": at, "level": level, "message": text, **facts}, ensure_ascii=False)
    elif _goes_to_journal():
        line_ = f"<{_PRIORITIES[level]}>{text}"  # how journald is told what is urgent: sd-daemon(3)
    else:
        line_ = text
    print(line_, file=sys.stderr, flush=True)


def _goes_to_journal() -> bool:
    """Whether stderr is journald's own: systemd.exec(5), JOURNAL_STREAM."""
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def warn(text: str) -> None:
    """A line about something that somebody should look at."""
    note(text, "warning")


def told(event: str, level: Level = "info", **facts: Any) -> None:
    """What has happened, for a log that machines read; people have been told by the result."""
    if _log["format"] == "json":
        note(event, level, **facts)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns aligned; numbers to the right."""
    texts = [[str(cell) for cell in row] for row in rows]
    numeric = [all(_is_number(row[i]) for row in texts) and bool(texts) for i in range(len(head))]
    widths = [max(len(row[i]) for row in (list(head), *texts)) for i in range(len(head))]
    for row in (list(head), *texts):
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        print(("  " + "  ".join(cells)).rstrip())


def _is_number(cell: str) -> bool:
    """Whether a cell is one, or nothing."""
    return not cell or cell.replace("-", "").isdigit()


def findings(found: Iterable[Finding] | Grouped, limit: int = SHOWN) -> None:
    """The first findings, errors before others, a line for all of one kind; and how many more there are."""
    groups = found if isinstance(found, Grouped) else Grouped(found)
    lines = groups.in_order()
    for line_ in lines[:limit]:
        print(f"  {line_}")
    if more := sum(line_.count for line_ in lines[limit:]) + groups.beyond:
        print(f"  … and {more} more")


def failure(error: AdapterError, as_json: bool) -> None:
    """Why a command could not do what it was asked."""
    if as_json:
        facts = {
            "message": error.message,
            "exit_code": error.exit_code,
            "issues": [finding.as_json() for finding in error.findings],
        }
        document({"error": facts})
        return
    lines = Grouped(error.findings).in_order()
    if _log["format"] == "json":
        note(
            error.message, "error", exit_code=error.exit_code, issues=[found.as_json() for found in lines[: 5 * SHOWN]]
        )
        return
    note(error.message, "error")
    for found in lines[: 5 * SHOWN]:
        note(f"  {found}", "error")
    if len(lines) > 5 * SHOWN:
        note(f"  … and {len(lines) - 5 * SHOWN} more", "error")


def plural(count: int, one: str, many: str = "") -> str:
    """ "1 row", "2 rows" """
    return f"{count} {one if count == 1 else many or one + 's'}"
