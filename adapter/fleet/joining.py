"""How an organiser comes, takes its things along, and goes: folder, schema, queue. Nothing of it stays behind."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

from adapter import config, wiring
from adapter.errors import ConfigError
from adapter.fleet import organisers
from adapter.settings.fleet import Fleet
from adapter.store import copying, schemas, soundness
from adapter.store.fleet_runs import FleetRuns
from adapter.store.lock import run_lock
from adapter.store.namespace import Namespace

_STATE = re.compile(r"^\[state\].*?(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
_KEPT = re.compile(r"^(?!\s*(?:#|url|schema|role|\[)).*\S.*$", re.MULTILINE)
_LEFT_OUT = ("reports", "plans", "*.lock")


def state_section(database: Any, folder: Path, root: Path, namespace: Namespace) -> str:
    """[state] of an organiser. `database`: as fleet.toml says it, a secret unresolved; `root`: where fleet.toml is."""
    if isinstance(database, dict):  # {file = "…"}, from the organiser's folder
        place = os.path.relpath(root / str(database["file"]), folder).replace(os.sep, "/")
        url = f'{{ file = "{place}" }}'
    else:
        url = '"' + str(database).replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f'[state]\nurl = {url}\nschema = "{namespace.schema}"\nrole = "{namespace.role}"\n'


def export(fleet: Fleet, name: str, folder: Path) -> dict[str, int]:
    """All of an organiser's as an installation of its own, its state a file; gives how many rows of each table.

    Raises ConfigError, StateError; then nothing is there.
    """
    organisers.must_be_there(fleet, name)
    each = organisers.one(fleet, name)
    if each.installation is None:
        raise ConfigError(f"{name}: {each.wrong}")
    if folder.exists() or folder.resolve().is_relative_to(fleet.fleet.organisers.resolve()):
        raise ConfigError(f"{folder} exists already, or is an organiser's. Name a folder elsewhere that is not there.")
    try:
        shutil.copytree(each.config.parent, folder, symlinks=True, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        folder.chmod(0o700)
        file = folder / "config.toml"
        text = file.read_text(encoding="utf-8")
        file.write_text(_STATE.sub(_on_its_own, text, count=1), encoding="utf-8")
        store, own = each.installation.store(), wiring.load(file).store()
        try:
            with run_lock(store):
                counts = copying.copy(store, own)
            if found := soundness.check(own):
                raise ConfigError(f"{name}: the copy is not what was published: {found[0]}")
        finally:
            own.close()
            store.close()
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ConfigError(f"{folder}: it cannot be written: {error.strerror}. Name another folder.") from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return counts


def _on_its_own(found: re.Match[str]) -> str:
    """[state] with what else it said, and the state a file beside it."""
    kept = "".join(f"{line}\n" for line in _KEPT.findall(found[0]))
    return f'[state]\nurl = "sqlite:///state.db"\n{kept}\n'


def outside(folder: Path) -> list[str]:
    """Sources of an installation whose files lie outside its folder, by a path that is meant from there."""
    sources = config.written(folder / "config.toml").get("sources", {})
    return [name for name, options in sources.items() if str(options.get("path", "")).startswith("..")]


def remove(fleet: Fleet, runs: FleetRuns, name: str) -> dict[str, int]:
    """Everything of an organiser: folder, state, record. Gives what was in the state. Raises ConfigError, StateError.

    A run that is going on keeps it from that. What an earlier attempt has left goes too.
    """
    own, file = organisers.namespace_of(fleet, name), organisers.config_of(fleet, name)
    _must_be_its_own(fleet, name, file)
    counts = {}
    each = organisers.one(fleet, name) if file.is_file() else None
    if each is not None and each.installation is not None:
        store = each.installation.store()
        try:
            with run_lock(store):
                counts = copying.count(store)
                file.rename(file.with_suffix(".removed"))  # from now on nobody serves or plans it
        finally:
            store.close()
    schemas.remove(fleet.fleet.database.get_secret_value(), own)
    try:
        if file.parent.is_dir():
            shutil.rmtree(file.parent)
    except OSError as error:
        raise ConfigError(f"{file.parent}: it cannot be deleted: {error.strerror}. Delete it by hand.") from None
    runs.forget(name)  # last: nothing is planned for a folder that is not there
    return counts


def left_of(fleet: Fleet, runs: FleetRuns, name: str) -> list[str]:
    """What is still there of an organiser; empty where nothing is. Raises ConfigError, StateError."""
    folder = organisers.config_of(fleet, name).parent
    found = schemas.left_of(fleet.fleet.database.get_secret_value(), organisers.namespace_of(fleet, name))
    if runs.knows(name):
        found.append("its jobs in the queue, and what became of them")
    return [*found, *([str(folder)] if folder.exists() else [])]


def _must_be_its_own(fleet: Fleet, name: str, file: Path) -> None:
    """What would go is this organiser's alone. Raises ConfigError."""
    if file.parent.is_symlink():
        raise ConfigError(f"{file.parent} is a link to another folder. Delete the link by hand.")
    if file.is_file() and (each := organisers.one(fleet, name)).installation is None:
        raise ConfigError(f"{name} cannot be read, so nobody knows whose state it has. {each.wrong}")
