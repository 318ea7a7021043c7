"""Reports as files: one of all, and one for each school unit with its own rows alone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from adapter.errors import ConfigError
from adapter.reports.content import Report
from adapter.reports.page import as_html
from adapter.reports.tables import as_csv, as_excel
from adapter.reports.words import Words

FORMATS: Mapping[str, Callable[[Report, Words], bytes]] = {"csv": as_csv, "xlsx": as_excel, "html": as_html}
UNITS = {"sv": "skolenheter", "en": "units"}
ALL = {"sv": "rapport", "en": "report"}
_OURS = re.compile(r"\d{8}\.(csv|xlsx|html)\Z")


def write(path: Path, report: Report, words: Words) -> None:
    """One file, in the format that its ending says; nobody ever reads half of it. Raises ConfigError."""
    form = FORMATS.get(path.suffix.removeprefix(".").casefold())
    if form is None:
        raise ConfigError(f"{path}: a report is .{', .'.join(FORMATS)}. Give the file one of these endings.")
    body, beside = form(report, words), path.with_name(f".{path.name}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(body)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ConfigError(f"{path}: the report cannot be written: {error.strerror}.") from None


def write_all(folder: Path, report: Report, words: Words, formats: Iterable[str]) -> list[Path]:
    """All of it, and each school unit's own; of units that have nothing to mend any more, the files go.

    Raises ConfigError.
    """
    units, written = folder / UNITS[words.code], list[Path]()
    try:
        for made in (folder, units):
            made.mkdir(mode=0o700, exist_ok=True)
        for name, part in _parts(report, words):
            for form in formats:
                path = folder / f"{name}.{form}"
                write(path, part, words)
                written.append(path)
        for path in units.iterdir():
            if _OURS.match(path.name) and path not in written:
                path.unlink()
    except OSError as error:
        raise ConfigError(f"{folder}: the reports cannot be written: {error.strerror}.") from None
    return written


def _parts(report: Report, words: Words) -> Iterator[tuple[str, Report]]:
    yield ALL[words.code], report
    for unit in report.units():
        yield f"{UNITS[words.code]}/{unit.code}", report.of(unit)
