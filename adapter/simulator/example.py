"""Writes the demo's configuration and mapping beside its data: a working example to copy."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

TABLES = ("SKOLENHET", "ELEV", "INSKRIVNING", "KLASS", "GRUPP", "GRUPPMEDLEM", "GRUPPLARARE", "PERSONAL", "TJANST")
"""What the mapping reads of the register."""
_FILES = {"ad": "ad-export.csv", "provaktiviteter": "provaktiviteter.csv"}


def write(folder: Path, values: Mapping[str, str], tables_from_csv: bool = False) -> None:
    """config.toml with `values` filled in, and mapping.yaml. The SIS is read from sis.db, or from CSV copies."""
    pack = files("mappings.demo")
    config = pack.joinpath("config.toml").read_text(encoding="utf-8")
    for name, value in {**values, "sources": _sources(tables_from_csv)}.items():
        config = config.replace(f"@{name}@", value)
    (folder / "config.toml").write_text(config, encoding="utf-8")
    (folder / "mapping.yaml").write_text(pack.joinpath("mapping.yaml").read_text(encoding="utf-8"), encoding="utf-8")


def _sources(from_csv: bool) -> str:
    parts = []
    for table in TABLES:
        name = table.lower()
        if from_csv:
            parts.append(f'[sources.{name}]\nconnector = "csv"\npath = "csv/{table}.csv"\n')
        else:
            url = 'url = "sqlite:///sis.db"'
            parts.append(f'[sources.{name}]\nconnector = "sql"\n{url}\ntable = "{table}"\n')
    parts.extend(f'[sources.{name}]\nconnector = "csv"\npath = "{file}"\n' for name, file in _FILES.items())
    return "\n".join(parts)
