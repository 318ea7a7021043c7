"""Which sheets of a file hold rows. For a first look."""

from __future__ import annotations

from pathlib import Path

import python_calamine as calamine

from connectors.base import SourceError


def sheets(path: Path) -> list[str]:
    """Names of the visible sheets with more than one row, in order. Raises SourceError for what is no sheet."""
    try:
        with path.open("rb") as raw:
            book = calamine.CalamineWorkbook.from_filelike(raw)
        seen = [one for one in book.sheets_metadata if one.visible == calamine.SheetVisibleEnum.Visible]
        names = [one.name for one in seen if one.typ == calamine.SheetTypeEnum.WorkSheet]
        return [name for name in names if book.get_sheet_by_name(name).height > 1]
    except (calamine.CalamineError, OSError) as error:
        raise SourceError("S145", f"this is no sheet that can be read ({error}).", str(path)) from None
