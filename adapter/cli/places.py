"""What there is in a database, a folder or files: the tables that `init` looks at."""

from __future__ import annotations

import glob
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from adapter.cli import output
from adapter.drafting.looking.samples import Declared
from adapter.errors import AdapterError, ConfigError, SourceFailed
from adapter.mapping.synonyms import plain
from connectors.base import SourceError
from connectors.files.found import LOCKS, dated, undated
from connectors.json.schema import lists
from connectors.sheets.schema import sheets
from connectors.sql.schema import tables as database_tables
from connectors.xml.schema import rows as xml_rows

_XML, _ZIP = ".xml", ".zip"
_JSON = (".json", ".jsonl", ".ndjson")
_SHEETS = (".xlsx", ".xls", ".xlsm", ".ods")
_TEXTS = (".csv", ".txt", ".tsv", ".skv", ".tab", ".psv", ".dsv", ".dat", ".asc", ".unl")
_FILES = (*_TEXTS, ".csv.gz", _XML, *_JSON, *_SHEETS, _ZIP)
_OTHERS = (".mdb", ".accdb", ".db", ".sqlite", ".sqlite3")

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


def places(given: Iterable[str], schema: str | None = None) -> Iterator[Place]:
    """Every table and file. `schema`: of databases. Raises SourceFailed where something cannot be looked at."""
    taken: set[str] = set()
    for text in given:
        url = text if "://" in text else _sqlite_url(Path(text))
        found = _tables(url, schema) if url else ((*each, Declared()) for each in _files(text))
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


def _tables(url: str, schema: str | None) -> Iterator[tuple[str, Options, Declared]]:
    file = url.partition("?")[0].removeprefix("sqlite:///")
    if url.startswith("sqlite:///") and not file.startswith("file:") and not Path(file).exists():
        raise SourceFailed(f"{url}: there is no such file.")
    try:
        found = database_tables(_absolute(url), schema)
    except SourceError as error:
        raise SourceFailed(f"{_shown(url)}: {error.message}") from None
    if not found:
        raise ConfigError(f"{_shown(url)}: no table is there, or the account may see none. Check the database's name.")
    for table in found:
        name, place = table.name, {"connector": "sql", "url": _absolute(url)}
        whole = f"{schema}.{name}" if schema else name
        if "." in name or (schema and "." in schema):
            parts = [part for part in (schema, name) if part]
            place |= {"query": f"SELECT * FROM {'.'.join(quoted(url, part) for part in parts)}"}
        else:
            place |= {"table": whole}
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


def quoted(url: str, name: str) -> str:
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
        raise SourceFailed(
            f"{text}: there is no such file or folder. After --from stand files, folders and databases alone."
        )
    found = [file for file in found if file.is_file() and not file.name.startswith(LOCKS)]
    tables = [file for file in found if file.name.lower().endswith(_FILES) or (file == path and not _is_other(file))]
    others = [file.name for file in found if _is_other(file)]
    if not tables:
        raise _nothing(text, found)
    if others:
        output.note(f"{text}: not looked at: {', '.join(others[:12])}; name a database by itself")
    for file, pattern in _newest(tables):
        name = pattern or (glob.escape(file.name) if glob.has_magic(file.name) else file.name)
        try:
            for table, options in _within(file, str(file.absolute().parent / name)):
                yield table, {**options, **({"newest": "name"} if pattern else {})}
        except (SourceError, zipfile.BadZipFile) as error:
            output.note(f"left out: {error if isinstance(error, SourceError) else f'{file}: {error}'}")


def _newest(files: list[Path]) -> Iterator[tuple[Path, str]]:
    """Each file; of those that differ in nothing but the date of their names the newest, and a pattern for all."""
    alike: dict[str, list[Path]] = {}
    for file in files:
        alike.setdefault(undated(file.name) or file.name, []).append(file)
    for pattern, some in alike.items():
        if len(some) == 1:
            yield some[0], ""
        else:
            newest = max(some, key=lambda file: dated(file.name))
            output.note(f"{pattern}: {len(some)} files that differ in their date; {newest.name} is looked at")
            yield newest, pattern


def _within(file: Path, place: str) -> Iterator[tuple[str, Options]]:
    """The tables in a file: one in a text file; rows, sheets and lists in others. Raises SourceError, BadZipFile."""
    ending = file.suffix.lower()
    if ending == _XML:
        elements = xml_rows(file)
        if not elements:
            output.note(f"left out: {file}: no element comes again and again with something in it: there are no rows")
        for rows in elements:
            yield rows.name, {"connector": "xml", "path": place, "rows": rows.rows, "columns": dict(rows.columns)}
    elif ending in _SHEETS:
        names = sheets(file)
        for name in names:
            table = file.stem if len(names) == 1 else name
            yield table, {"connector": "excel", "path": place, "sheet": name}
    elif ending in _JSON:
        for found in lists(file):
            yield found.name, {"connector": "json", "path": place, **({"rows": found.rows} if found.rows else {})}
    elif ending == _ZIP:
        with zipfile.ZipFile(file) as archive:
            members = sorted(name for name in archive.namelist() if name.lower().endswith(_TEXTS))
        for member in members:
            yield Path(member).stem, {"connector": "csv", "path": place, "member": glob.escape(member)}
    else:
        yield file.name.removesuffix(".gz").rpartition(".")[0] or file.stem, {"connector": "csv", "path": place}


def _is_other(file: Path) -> bool:
    """Whether it may hold tables in a form that is not read from a folder."""
    return file.suffix.lower() in _OTHERS


def _listed(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir()) if path.is_dir() else [path]
    except OSError as error:
        raise SourceFailed(f"{path}: it cannot be read: {error.strerror}.") from None


def _nothing(text: str, found: list[Path]) -> AdapterError:
    """What to do where there is no table that init can read."""
    endings = {file.suffix.lower() for file in found}
    if endings & {*_OTHERS}:
        return SourceFailed(f"{text}: init reads text files and sheets from a folder. Name the database by itself.")
    hint = "Name a folder that the old system exports to"
    return ConfigError(f"{text}: no file that can be read ({' '.join(_FILES)}) is there. {hint}.")
