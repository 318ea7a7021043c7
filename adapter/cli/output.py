"""How commands speak: aligned tables for people, one JSON document for machines, errors on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from adapter.errors import AdapterError
from adapter.findings import Finding, Grouped

SHOWN = 20


def line(text: str = "") -> None:
    """A line for people."""
    print(text)


def document(value: Any) -> None:
    """The one JSON document of a `--json` run."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def note(text: str) -> None:
    """A line beside the result: to stderr."""
    print(text, file=sys.stderr)


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
    note(error.message)
    lines = Grouped(error.findings).in_order()
    for found in lines[: 5 * SHOWN]:
        note(f"  {found}")
    if len(lines) > 5 * SHOWN:
        note(f"  … and {len(lines) - 5 * SHOWN} more")


def plural(count: int, one: str, many: str = "") -> str:
    """ "1 row", "2 rows" """
    return f"{count} {one if count == 1 else many or one + 's'}"
