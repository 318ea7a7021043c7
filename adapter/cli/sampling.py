"""Looks at a database, a folder or files for `init`: which tables there are, and what each looks like."""

from __future__ import annotations

import datetime as dt
import glob
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from adapter.cli import output
from adapter.drafting.looking.forms import in_form
from adapter.drafting.looking.samples import Declared, Sample, measured
from adapter.errors import AdapterError, ConfigError, SourceFailed
from adapter.mapping.synonyms import plain
from connectors import registry
from connectors.base import Connector, SourceError, SourceTable
from connectors.sql.schema import tables as database_tables
from connectors.xml.schema import rows as xml_rows

_MOST_ROWS = 20_000  # that are looked at
_MOST_CELLS = 1_000_000  # of a table, all its columns together: some tables are very wide
_XML = ".xml"
_FILES = (".csv", ".txt", ".tsv", ".skv", ".tab", ".psv", ".dsv", ".dat", ".asc", ".unl", _XML)
_SHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".mdb", ".accdb")
_DATABASES = (".db", ".sqlite", ".sqlite3")
_LIMITS = ("sqlite", "postgresql", "mysql", "mariadb")  # databases that know LIMIT
_NO_TEXT = "S125"
_NO_NAMES = (
    "the first line looks like a row, not like names of columns. Have it exported with names, or write the source "
    "by hand, with `header` (docs/connectors.md)."
)


Options: TypeAlias = dict[str, Any]
"""A source's keys in config.toml."""


@dataclass(frozen=True)
class Place:
    """One table or file: the source's name in config.toml, its keys there, and what people call it."""

    name: str
    options: Options
    table: str
    declared: Declared = field(default_factory=Declared)

    @property
    def is_table(self) -> bool:
        """Whether a database holds it."""
        return str(self.options["connector"]) == "sql"


def places(given: Iterable[str]) -> Iterator[Place]:
    """Every table and file. Raises SourceFailed where a database, folder or file cannot be looked at."""
    taken: set[str] = set()
    for text in given:
        url = text if "://" in text else _sqlite_url(Path(text))
        found = _tables(url) if url else ((*each, Declared()) for each in _files(text))
        for table, options, declared in found:
            yield Place(_free_name(table, taken), options, table, declared)


def _free_name(table: str, taken: set[str]) -> str:
    slug = plain(table)[:60] or "source"
    name, number = slug, 1
    while name in taken:
        number += 1
        name = f"{slug}_{number}"
    taken.add(name)
    return name


# -- what there is --------------------------------------------------------------------------------------------


def _tables(url: str) -> Iterator[tuple[str, Options, Declared]]:
    file = url.partition("?")[0].removeprefix("sqlite:///")
    if url.startswith("sqlite:///") and not file.startswith("file:") and not Path(file).exists():
        raise SourceFailed(f"{url}: there is no such file.")
    try:
        found = database_tables(_absolute(url))
    except SourceError as error:
        raise SourceFailed(f"{_shown(url)}: {error.message}") from None
    if not found:
        raise ConfigError(f"{_shown(url)}: no table is there, or the account may see none. Check the database's name.")
    for table in found:
        name, place = table.name, {"connector": "sql", "url": _absolute(url)}
        place |= {"query": f"SELECT * FROM {_quoted(url, name)}"} if "." in name else {"table": name}
        yield name, place, Declared(table.primary, table.foreign)


def _shown(url: str) -> str:
    """An address without what may be secret in it."""
    return re.sub(r"://.*@", "://…@", url.partition("?")[0])


def _sqlite_url(path: Path) -> str:
    """A SQLite database that was named as a file; "" for anything else."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return f"sqlite:///{path.absolute()}" if file.read(15) == b"SQLite format 3" else ""
    except OSError as error:
        raise SourceFailed(f"{path}: it cannot be read: {error.strerror}.") from None


def _absolute(url: str) -> str:
    found = re.match(r"sqlite:///([^/].*)", url)
    return f"sqlite:///{Path(found[1]).absolute()}" if found else url


def _quoted(url: str, name: str) -> str:
    """A table's name for a query of our own."""
    sign = "`" if url.startswith(("mysql", "mariadb")) else '"'
    return sign + name.replace(sign, sign * 2) + sign


def _files(text: str) -> Iterator[tuple[str, Options]]:
    path = Path(text)
    if not path.exists() and glob.has_magic(path.name):
        found = sorted(path.parent.glob(path.name))
    elif path.exists():
        found = _listed(path)
    else:
        raise SourceFailed(f"{text}: there is no such file or folder. (The folder to write to comes before --from.)")
    found = [file for file in found if file.is_file()]
    tables = [file for file in found if file.suffix.lower() in _FILES or (file == path and not _is_other(file))]
    others = [file.name for file in found if _is_other(file)]
    if not tables:
        raise _nothing(text, found)
    if others:
        how = "name a database by itself, save sheets as CSV"
        output.note(f"{text}: not looked at: {', '.join(others[:12])}; {how}")
    for file in tables:
        name = glob.escape(file.name) if glob.has_magic(file.name) else file.name
        place = str(file.absolute().parent / name)
        if file.suffix.lower() == _XML:
            yield from _elements(file, place)
        else:
            yield file.stem, {"connector": "csv", "path": place}


def _elements(file: Path, place: str) -> Iterator[tuple[str, Options]]:
    """The rows of an XML file, a table for each kind."""
    try:
        found = xml_rows(file)
    except SourceError as error:
        output.note(f"left out: {error}")
        return
    if not found:
        output.note(f"left out: {file}: no element comes again and again with something in it: there are no rows")
    for rows in found:
        yield rows.name, {"connector": "xml", "path": place, "rows": rows.rows, "columns": dict(rows.columns)}


def _is_other(file: Path) -> bool:
    """Whether it may hold tables in a form that is not read from a folder."""
    return file.suffix.lower() in (*_SHEETS, *_DATABASES)


def _listed(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir()) if path.is_dir() else [path]
    except OSError as error:
        raise SourceFailed(f"{path}: it cannot be read: {error.strerror}.") from None


def _nothing(text: str, found: list[Path]) -> AdapterError:
    """What to do where there is no table that init can read."""
    endings = {file.suffix.lower() for file in found}
    if endings & {*_SHEETS, *_DATABASES}:
        how = "Name the database by itself; save each sheet as CSV"
        return SourceFailed(f"{text}: init reads text files from a folder. {how}.")
    hint = "Name a folder that the old system exports to"
    return ConfigError(f"{text}: no text file ({' '.join(_FILES)}) is there. {hint}.")


# -- what it looks like ---------------------------------------------------------------------------------------


def looked_at(place: Place, today: dt.date) -> tuple[Sample, list[str]]:
    """What a table looks like, and its columns that cannot be read. Raises SourceError where none can."""
    with _first_rows(place).open() as table:
        columns = list(table.columns)
        most = min(_MOST_ROWS, _MOST_CELLS // max(len(columns), 1))
        left_out: list[str] = []
        try:
            rows = _rows(table, columns, most)
        except SourceError as error:
            if error.code != _NO_TEXT:
                raise
            left_out = [column for column in columns if not _has_text(place, column)]
            columns = [column for column in columns if column not in left_out]
            rows = []
    if left_out:
        with _first_rows(place).open() as table:
            rows = _rows(table, columns, most)
    sample = measured(columns, rows, today)
    if sample.begins_with_a_row and place.options["connector"] == "csv":
        raise SourceError("S105", _NO_NAMES, place.options["path"])
    for one in (sample, *sample.parts):
        one.source, one.options, one.table, one.declared = place.name, place.options, place.table, place.declared
    if len(rows) >= most:
        _read_on(place, sample)
    return sample, left_out


def _first_rows(place: Place) -> Connector:
    """A connector that ends early where the database can: some read all that they were asked for before they stop."""
    options = dict(place.options)
    backend = options.get("url", "").partition(":")[0].partition("+")[0]
    if place.is_table and backend in _LIMITS and "table" in options:
        options["query"] = f"SELECT * FROM {_quoted(options['url'], options.pop('table'))} LIMIT {_MOST_ROWS}"
    return registry.create(place.table, options)


def _rows(table: SourceTable, columns: list[str], most: int) -> list[tuple[str | None, ...]]:
    rows: list[tuple[str | None, ...]] = []
    for batch in table.batches(columns):
        rows.extend(map(tuple, batch.rows))
        if len(rows) >= most:
            break
    return rows[:most]


def _has_text(place: Place, column: str) -> bool:
    try:
        with _first_rows(place).open() as table:
            for _ in table.batches([column]):
                pass
    except SourceError:
        return False
    return True


def _read_on(place: Place, sample: Sample) -> None:
    """The rest of a long table: its rows are counted, and only columns that may be keys are read."""
    keys = [column for column in sample.columns if column.may_be_key]
    sample.rows = 0
    with registry.create(place.table, place.options).open() as table:
        for batch in table.batches([column.name for column in keys]):
            sample.rows += len(batch.rows)
            for column, cells in zip(keys, zip(*batch.rows, strict=True), strict=False):
                texts = {text for cell in cells if (text := (cell or "").strip())}
                for form, digests in column.digests.items():
                    digests.add(in_form(form, texts))
