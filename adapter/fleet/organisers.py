"""The organisers of an installation: a folder each. Nothing that tells one from another may be in two of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
    return config.read(file, Fleet)


def config_of(fleet: Fleet, name: str) -> Path:
    """Where an organiser's settings are. Raises ConfigError for what can be no organiser's name."""
    if not re.fullmatch(NAME, name):
        raise ConfigError(f"{name!r} can be no organiser's name: small letters, digits and hyphens, as sundby-2.")
    return fleet.fleet.organisers / name / "config.toml"


def names(fleet: Fleet) -> list[str]:
    """Who is there, in the order of their names. Raises ConfigError where the folder cannot be read."""
    folder = fleet.fleet.organisers
    try:
        found = [path.name for path in folder.iterdir() if (path / "config.toml").is_file()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(f"fleet.organisers: {folder} cannot be read: {error.strerror}.") from None
    return sorted(name for name in found if re.fullmatch(NAME, name))


def all_of(fleet: Fleet) -> list[Organiser]:
    """Everybody, also those who cannot be worked with. Raises ConfigError where the folder cannot be read."""
    found = [one(fleet, name) for name in names(fleet)]
    shared = in_common({each.name: each.installation.settings for each in found if each.installation is not None})
    return [
        Organiser(each.name, each.config, each.installation, shared[each.name]) if each.name in shared else each
        for each in found
    ]


def one(fleet: Fleet, name: str) -> Organiser:
    """One of them, by itself. Raises ConfigError for what can be no organiser's name."""
    file = config_of(fleet, name)
    try:
        return Organiser(name, file, wiring.load(file))
    except ConfigError as error:
        return Organiser(name, file, None, str(error.findings[0]) if error.findings else error.message)


def in_common(settings: Mapping[str, Settings]) -> dict[str, str]:
    """What two organisers have in common that none may: by name of each of them, what to do about it."""
    wrong = {}
    holders: dict[tuple[str, object], list[str]] = defaultdict(list)
    for name, found in settings.items():
        for mark in set(_marks(found)):
            holders[mark].append(name)
    for (key, _), those in holders.items():
        if len(those) > 1:
            wrong.update(_told(those, key))
    for inner, outer in _nested(settings):
        wrong.update(_told([inner, outer], "facade.base_url"))
    return wrong


def _told(those: list[str], key: str) -> dict[str, str]:
    return {
        name: f"{key} is the same as {next(other for other in those if other != name)}'s, or lies within it. "
        "Nobody can tell the two apart: give each its own."
        for name in those
    }


def _marks(settings: Settings) -> Iterator[tuple[str, object]]:
    state = settings.state
    yield "state.url and state.schema", (state.url.get_secret_value(), state.schema_name)
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
