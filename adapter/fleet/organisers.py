"""The organisers of an installation: a folder each. Nothing that tells one from another may be in two of them."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path
from urllib.parse import urlsplit

from adapter import config, wiring
from adapter.errors import ConfigError
from adapter.settings import Settings
from adapter.settings.fleet import NAME, Fleet
from adapter.settings.values import host_of
from adapter.wiring import Installation


@dataclass(frozen=True)
class Organiser:
    """One of many. `wrong`: why it cannot be worked with; then there may be no installation."""

    name: str
    config: Path
    installation: Installation | None
    wrong: str = ""


def load(file: Path) -> Fleet:
    """fleet.toml. Raises ConfigError with everything that is wrong."""
    if not file.exists():
        advice = "Start from what `fleet example` prints, or name yours with --config FILE."
        raise ConfigError(f"{file}: there is no such file. {advice}")
    return config.read(file, Fleet)


def config_of(fleet: Fleet, name: str) -> Path:
    """Where an organiser's settings are. Raises ConfigError for what can be no organiser's name."""
    if not re.fullmatch(NAME, name):
        raise ConfigError(
            f"{name!r} can be no organiser's name: at most 40 small letters, digits and hyphens, as sundby-2."
        )
    return fleet.fleet.organisers / name / "config.toml"


def names(fleet: Fleet) -> list[str]:
    """Who is there, in the order of their names. Raises ConfigError where the folder cannot be read."""
    folder = fleet.fleet.organisers
    try:
        found = [path.name for path in folder.iterdir() if (path / "config.toml").is_file()]
    except OSError as error:
        why = (
            "there is no such folder"
            if isinstance(error, FileNotFoundError)
            else f"it cannot be read: {error.strerror}"
        )
        raise ConfigError(
            f"fleet.organisers: {folder}: {why}. `fleet add` makes it; is a disk of it missing?"
        ) from None
    return sorted(name for name in found if re.fullmatch(NAME, name))


def must_be_there(fleet: Fleet, name: str) -> Path:
    """The settings of one who is there. Raises ConfigError."""
    file = config_of(fleet, name)
    if not file.is_file():
        raise ConfigError(f"there is no organiser {name}. `fleet status` lists them.")
    return file


def oddities(fleet: Fleet) -> list[str]:
    """What is passed over without being anybody's mistake alone: folders and names that nothing belongs to."""
    known = names(fleet)
    found = [
        f"{path}: passed over, for {path.name!r} can be no organiser's name (small letters, digits and hyphens)"
        for path in sorted(fleet.fleet.organisers.iterdir())
        if (path / "config.toml").is_file() and path.name not in known
    ]
    return [*found, *(f"nights.{name}: there is no such organiser" for name in fleet.nights if name not in known)]


class Everybody:
    """The organisers as they are now: what has not changed is not read again. For one thread after another."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._read: dict[str, tuple[tuple[int, int], Organiser]] = {}
        self._lock = threading.Lock()

    def all_of(self) -> list[Organiser]:
        """Also those who cannot be worked with. Raises ConfigError where the folder cannot be read."""
        with self._lock:
            found = []
            for name in names(self._fleet):
                seen = stamp(self._fleet, name)
                if name not in self._read or self._read[name][0] != seen:
                    self._read[name] = seen, one(self._fleet, name)
                found.append(self._read[name][1])
        shared = in_common({each.name: each.installation.settings for each in found if each.installation is not None})
        return [replace(each, wrong=shared[each.name]) if each.name in shared else each for each in found]

    def wrong_with(self, name: str) -> str:
        """Why one of them cannot be worked with; "" where it can, or is not there."""
        return next((each.wrong for each in self.all_of() if each.name == name), "")


def stamp(fleet: Fleet, name: str) -> tuple[int, int]:
    """Changes with an organiser's file."""
    try:
        seen = config_of(fleet, name).stat()
    except OSError:
        return 0, 0
    return seen.st_mtime_ns, seen.st_size


def one(fleet: Fleet, name: str) -> Organiser:
    """One of them, by itself. Raises ConfigError for what can be no organiser's name."""
    file = config_of(fleet, name)
    try:
        return Organiser(name, file, wiring.load(file))
    except ConfigError as error:
        return Organiser(name, file, None, str(error.findings[0]) if error.findings else error.message)


def in_common(settings: Mapping[str, Settings]) -> dict[str, str]:
    """What two organisers have in common that none may: by name of each of them, what to do about it."""
    alike: dict[tuple[str, str], set[str]] = defaultdict(set)
    holders: dict[tuple[str, object], list[str]] = defaultdict(list)
    for name, found in settings.items():
        for mark in set(_marks(found)):
            holders[mark].append(name)
    for (key, _), those in holders.items():
        for name, other in permutations(those, 2):
            alike[name, other].add(key)
    for inner, outer in _nested(settings):
        alike[inner, outer].add("facade.base_url")
        alike[outer, inner].add("facade.base_url")
    wrong: dict[str, str] = {}
    for (name, other), keys in sorted(alike.items()):
        wrong.setdefault(name, f"not to be told from {other} by {' and '.join(sorted(keys))}: give each its own.")
    return wrong


def _marks(settings: Settings) -> Iterator[tuple[str, object]]:
    state = settings.state
    yield "state.schema" if state.schema_name else "state.url", (state.url.get_secret_value(), state.schema_name)
    if state.role is not None:
        yield "state.role", (state.url.get_secret_value(), state.role)
    yield "organiser.id_namespace", settings.organiser.id_namespace
    for url in (settings.facade.base_url, *settings.auth.accepted_base_urls):
        yield "facade.base_url", _address(url)


def _nested(settings: Mapping[str, Settings]) -> Iterator[tuple[str, str]]:
    """(who, within whose) base address."""
    known = {_address(found.facade.base_url): name for name, found in settings.items()}
    for (host, path), name in known.items():
        for outer in _above(path):
            if (host, outer) in known:
                yield name, known[host, outer]


def _above(path: str) -> Iterable[str]:
    parts = path.split("/")[1:]
    return ("/".join(["", *parts[:count]]) for count in range(len(parts)))


def _address(url: str) -> tuple[str, str]:
    return host_of(url), urlsplit(url).path.rstrip("/")
