"""The organisers of an installation: a folder each. Nothing that tells one from another may be in two of them."""

from __future__ import annotations

import hashlib
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
from adapter.store import schemas
from adapter.store.namespace import Namespace
from adapter.wiring import Installation

_ADDRESS = "facade.base_url"
_LONGEST_ROLE = 60  # bytes; PostgreSQL cuts names at 63
_RESERVED = ("public", "information-schema")


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
    if not re.fullmatch(NAME, name) or name in _RESERVED or name.startswith("pg-"):
        raise ConfigError(
            f"{name!r} can be no organiser's name: at most 40 small letters, digits and hyphens, as sundby-2."
        )
    return fleet.fleet.organisers / name / "config.toml"


def names(fleet: Fleet) -> list[str]:
    """Who is there, in the order of their names. Raises ConfigError where the folder cannot be read."""
    folder = fleet.fleet.organisers
    try:
        found = [path.name for path in folder.iterdir() if _has_settings(path)]
    except FileNotFoundError:
        advice = "Is a disk missing? In a new installation `fleet add` makes it."
        raise ConfigError(f"fleet.organisers: {folder}: there is no such folder. {advice}") from None
    except OSError as error:
        raise ConfigError(f"fleet.organisers: {folder} cannot be read: {error.strerror}.") from None
    return sorted(name for name in found if re.fullmatch(NAME, name) and name not in _RESERVED)


def _has_settings(path: Path) -> bool:
    try:
        return (path / "config.toml").is_file()
    except OSError:  # its own load tells why
        return True


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
        if _has_settings(path) and path.name not in known
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
        shared = in_common(self._fleet, settings_of(found))
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
        installation = wiring.load(file)
        list(_marks(installation.settings))
        if wrong := _strange_state(fleet, name, installation.settings):
            return Organiser(name, file, None, wrong)
        return Organiser(name, file, installation)
    except ConfigError as error:
        return Organiser(name, file, None, _plain(str(error.findings[0]) if error.findings else error.message))
    except Exception as error:  # whatever stands in one's file, others are served
        return Organiser(name, file, None, f"its settings cannot be used ({type(error).__name__}): {file}")


def settings_of(found: Iterable[Organiser]) -> dict[str, Settings]:
    """The settings of those who can be worked with."""
    return {each.name: each.installation.settings for each in found if each.installation is not None}


def namespace_of(fleet: Fleet, name: str) -> Namespace:
    """Schema and role of an organiser; roles are the whole server's, so the database's name is in theirs."""
    schema = name.replace("-", "_")
    database = re.sub(r"[^a-z0-9_]", "_", schemas.database_name(fleet.fleet.database.get_secret_value()).lower())
    role = f"{database or 'fleet'}_{schema}"
    if len(role) > _LONGEST_ROLE:
        role = f"{role[:47]}_{hashlib.blake2b(role.encode(), digest_size=6).hexdigest()}"
    return Namespace(schema, role)


def _strange_state(fleet: Fleet, name: str, settings: Settings) -> str:
    """Whether a state lies anywhere but where this organiser's belongs: then it might be somebody else's."""
    state, own, folder = settings.state, namespace_of(fleet, name), config_of(fleet, name).parent
    url = state.url.get_secret_value()
    if url.startswith("sqlite:///"):
        inside = Path(url.removeprefix("sqlite:///")).resolve().is_relative_to(folder.resolve())
        return "" if inside else f"state.url: its file lies outside {folder}. Put it there."
    if (url, state.schema_name, state.role) == (fleet.fleet.database.get_secret_value(), *own):
        return ""
    return f'[state]: write url as fleet.database has it, schema = "{own.schema}", role = "{own.role}".'


def _plain(text: str) -> str:
    """Without signs that would move a terminal's cursor."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def in_common(fleet: Fleet, settings: Mapping[str, Settings]) -> dict[str, str]:
    """What two organisers have in common that none may: by name, what to do about it.

    Of an address, whoever has the one that fleet.base_url gives keeps it.
    """
    alike: dict[tuple[str, str], set[str]] = defaultdict(set)
    holders: dict[tuple[str, object], list[str]] = defaultdict(list)
    for name, found in settings.items():
        for mark in set(_marks(found)):
            holders[mark].append(name)
    for (key, _), those in holders.items():
        for name, other in permutations(those, 2):
            alike[name, other].add(key)
    for inner, outer in _nested(settings):
        alike[inner, outer].add(_ADDRESS)
        alike[outer, inner].add(_ADDRESS)
    wrong: dict[str, str] = {}
    for (name, other), keys in sorted(alike.items()):
        its_own = _has_its_own(fleet, name, settings[name]) and not _accepts(settings[name], settings[other])
        if its_own and keys == {_ADDRESS}:
            continue
        wrong.setdefault(name, f"not to be told from {other} by {' and '.join(sorted(keys))}: give each its own.")
    return wrong


def _marks(settings: Settings) -> Iterator[tuple[str, object]]:
    yield "organiser.id_namespace", settings.organiser.id_namespace
    for url in (settings.facade.base_url, *settings.auth.accepted_base_urls):
        yield _ADDRESS, _address(url)


def _has_its_own(fleet: Fleet, name: str, settings: Settings) -> bool:
    return _address(settings.facade.base_url) == _address(fleet.fleet.base_url.format(name=name))


def _accepts(settings: Settings, other: Settings) -> bool:
    """Whether tokens for another's address are to be good here."""
    return _address(other.facade.base_url) in map(_address, settings.auth.accepted_base_urls)


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
