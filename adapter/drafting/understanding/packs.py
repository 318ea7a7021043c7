"""Whether the tables have the layout that a shipped mapping is made for."""

from __future__ import annotations

from collections.abc import Sequence

from adapter.drafting.understanding.tables import Table
from adapter.mapping.synonyms import plain

_LAYOUTS = {
    "generic": {"inskrivningar": "elev skolenhetskod", "tjanster": "personal roll", "gruppmedlemmar": "grupp elev"},
    "oneroster": {"users": "sourcedid orgsourcedids role", "enrollments": "classsourcedid usersourcedid"},
    "schoolsoft": {"students": "fname lname socialnumber class", "lessons": "teacher group"},
    "procapita": {"": "personnr roll skolformkort klassid gruppid"},
}


def likely_pack(tables: Sequence[Table]) -> str:
    """The mapping's folder, or ""."""
    return next(
        (pack for pack, layout in _LAYOUTS.items() if all(_is_there(tables, *each) for each in layout.items())), ""
    )


def _is_there(tables: Sequence[Table], name: str, columns: str) -> bool:
    wanted = set(columns.split())
    return any(
        wanted <= {plain(column.name) for column in table.columns} for table in tables if not name or table.name == name
    )
