"""`init`: looks at a database or files, and writes config.toml and a first mapping with its guesses marked."""

from __future__ import annotations

import argparse
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from adapter.cli import arguments, output
from adapter.errors import ConfigError, SourceFailed
from adapter.mapping.draft import DECIDE, draft
from adapter.mapping.samples import Column, Sample
from adapter.mapping.synonyms import plain
from connectors import registry, sql
from connectors.base import SourceError

_MOST = 20_000  # rows that are looked at
_DIFFERENT = 20_000  # texts of a column
_FILES = (".csv", ".txt", ".tsv", ".skv")


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser(
        "init",
        help="write a first config.toml and mapping from a database or files",
        usage="ss12000-adapter init [DIR] --from URL_OR_PATH …",
    )
    parser.add_argument("dir", nargs="?", type=Path, default=Path(), metavar="DIR", help="where to; default: here")
    parser.add_argument(
        "--from", dest="sources", nargs="+", required=True, metavar="URL_OR_PATH", help="a database, folders, files"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0; nothing that exists is overwritten."""
    config, mapping = args.dir / "config.toml", args.dir / "mapping.yaml"
    for file in (config, mapping):
        if file.exists():
            raise ConfigError(f"{file} exists already. Name another folder: ss12000-adapter init DIR --from …")
    samples = [_sampled(name, options) for name, options in _places(args.sources)]
    if not samples:
        raise ConfigError("no table and no file was found there. Name a database's URL, a folder, or files.")
    args.dir.mkdir(parents=True, exist_ok=True)
    text = draft(samples)
    mapping.write_text(text, encoding="utf-8")
    config.write_text(_config(samples), encoding="utf-8")
    for sample in samples:
        output.line(
            f"  {sample.source.ljust(24)} {sample.rows:>8} rows  {sample.kind if sample.is_needed else 'not read'}"
        )
    left = sum(DECIDE in line for line in text.splitlines())
    output.line(f"wrote {config} and {mapping}: {output.plural(left, 'line')} to decide, marked DECIDE.")
    output.line(f"Go on:  ss12000-adapter --config {config} check")
    return 0


def _places(given: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Source name and options of every table and file."""
    taken: set[str] = set()
    for text in given:
        url = text if "://" in text else _sqlite_url(Path(text))
        for name, options in _tables(url) if url else _files(Path(text)):
            slug = re.sub(r"[^a-z0-9_]", "_", plain(name)) or "source"
            while slug in taken:
                slug += "_2"
            taken.add(slug)
            yield slug, options


def _tables(url: str) -> Iterator[tuple[str, dict[str, str]]]:
    try:
        names = sql.table_names(_absolute(url))
    except SourceError as error:
        raise SourceFailed(str(error)) from None
    for name in names:
        yield name, {"connector": "sql", "url": _absolute(url), "table": name}


def _sqlite_url(path: Path) -> str:
    """A SQLite database that was named as a file; "" for anything else."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return f"sqlite:///{path.absolute()}" if file.read(15) == b"SQLite format 3" else ""


def _absolute(url: str) -> str:
    found = re.match(r"sqlite:///([^/].*)", url)
    return f"sqlite:///{Path(found[1]).absolute()}" if found else url


def _files(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    if not path.exists():
        raise SourceFailed(f"{path}: there is no such file or folder. (The folder to write to comes before --from.)")
    found = sorted(path.iterdir()) if path.is_dir() else [path]
    xml = [file for file in found if file.suffix.lower() == ".xml"]
    files = [file for file in found if file.suffix.lower() in _FILES or (file == path and not xml)]
    if xml and not files:
        raise SourceFailed(f"{path}: init reads tables, not xml. Start from mappings/ims and docs/connectors.md.")
    for file in files:
        yield file.stem, {"connector": "csv", "path": str(file.absolute())}


def _sampled(name: str, options: dict[str, str]) -> Sample:
    """What a source's columns look like, by its first rows."""
    columns: list[Column] = []
    count = 0
    try:
        with registry.create(name, options).open() as table:
            texts: list[list[str]] = [[] for _ in table.columns]
            for batch in table.batches(table.columns):
                count += len(batch.rows)
                for row in batch.rows if len(texts[0]) < _MOST else ():
                    for column, cell in zip(texts, row, strict=True):
                        column.append((cell or "").strip())
            columns = [_column(header, column) for header, column in zip(table.columns, texts, strict=True)]
    except SourceError as error:
        raise SourceFailed(f"{error}") from None
    return Sample(name, options, count, columns)


def _column(name: str, texts: list[str]) -> Column:
    filled = [text for text in texts if text]
    different = set(texts)
    unique = len(filled) == len(texts) > 0 and len(different) == len(texts)
    return Column(name, set(sorted(different)[:_DIFFERENT]), len(filled), unique)


def _config(samples: list[Sample]) -> str:
    parts = [
        "# Written by `ss12000-adapter init`. Every key is explained in config.example.toml.",
        "[organiser]",
        'name = "Exempelkommun"                     # DECIDE: your organiser\'s name',
        'organisation_number = "2120000001"         # DECIDE: its organisation number, ten digits',
        f'id_namespace = "{uuid.uuid4()}"   # drawn for you: keep it secret, never change it',
        "",
        "[state]",
        'url = "sqlite:///state.db"',
        "",
        "[mapping]",
        'file = "mapping.yaml"',
        "",
        "[facade]",
        'base_url = "https://ss12000.exempel.se/ss12000-api/v2.0"   # DECIDE: what you register with Skolverket',
        "",
    ]
    for sample in samples:
        if not sample.is_needed:
            parts.extend((f"# {sample.source} is not read: {sample.kind or 'nothing in it is needed'}", ""))
            continue
        parts.append(f"[sources.{sample.source}]")
        parts.extend(f"{key} = {_toml(value)}" for key, value in sample.options.items())
        parts.append("")
    return "\n".join(parts)


def _toml(value: Any) -> str:
    """As TOML; a password in an address becomes a reference, for config.toml holds no secret."""
    text, note = str(value), ""
    if hidden := re.match(r"(\w+(?:\+\w+)?://[^:/@]+:)([^@]+)(@.*)", text):
        text, note = f"{hidden[1]}${{SIS_PASSWORD}}{hidden[3]}", "   # DECIDE: set SIS_PASSWORD for who runs this"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' + note
