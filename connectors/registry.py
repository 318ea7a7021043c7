"""Finds a connector by the name that config.toml gives it. What ships comes in by the same door as plug-ins."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pydantic import ValidationError

from connectors.base import Connector, SourceError

GROUP = "ss12000_adapter.connectors"


class OptionsError(Exception):
    """A source's options are wrong. `wrong`: (key, what is wrong and what to do), never a value."""

    def __init__(self, wrong: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{key}: {message}" for key, message in wrong))
        self.wrong = wrong


def names() -> list[str]:
    """All connectors that are installed."""
    return sorted(_installed())


@cache
def _installed() -> dict[str, EntryPoint]:
    """Read once: looking through every installed package takes longer than opening a source."""
    return {point.name: point for point in reversed(tuple(entry_points(group=GROUP)))}


def create(name: str, options: Mapping[str, Any]) -> Connector:
    """The connector of a source, with its options checked; nothing is opened.

    `name` is the source's; `options` its table in config.toml, with the key `connector`.
    Raises OptionsError; SourceError where a plug-in cannot be loaded.
    """
    kind = str(options.get("connector", ""))
    point = _installed().get(kind)
    if point is None:  # it may have come since
        _installed.cache_clear()
        point = _installed().get(kind)
    if point is None:
        raise OptionsError([("connector", f'"{kind}" is not installed; there are {", ".join(names())}.{_hint(kind)}')])
    connector = _load(point)
    own = {key: value for key, value in options.items() if key != "connector"}
    try:
        checked = connector.Options.model_validate(own)
    except ValidationError as error:
        raise OptionsError([_wrong(detail, connector) for detail in error.errors(include_input=False)]) from None
    return connector(name, checked)


def _load(point: EntryPoint) -> type[Connector]:
    try:
        found: type[Connector] = point.load()
    except ModuleNotFoundError as error:
        message = f'the connector "{point.name}" needs {error.name}: {_how_to_get(point)}.'
        raise SourceError("S101", message) from error
    except Exception as error:  # a plug-in is a stranger's code: whatever it raises, say which plug-in
        message = f'the connector "{point.name}" ({point.value}) cannot be loaded: {type(error).__name__}: {error}.'
        raise SourceError("S101", message) from error
    return found


def _how_to_get(point: EntryPoint) -> str:
    """What to install, so that a connector can be loaded."""
    ours = point.value.startswith("connectors.")
    return f"pip install 'ss12000-adapter[{point.name}]'" if ours else "install it into the same environment"


def _wrong(detail: Any, connector: type[Connector]) -> tuple[str, str]:
    key = ".".join(str(part) for part in detail["loc"]) or "connector"
    if detail["type"] == "extra_forbidden":
        known = list(connector.Options.model_fields)
        return key, f"there is no such option; there are {', '.join(known)}.{_hint(key, known)}"
    if detail["type"] == "missing":
        return key, "is missing."
    return key, str(detail["msg"]).removeprefix("Value error, ") + "."


def _hint(given: str, known: list[str] | None = None) -> str:
    close = difflib.get_close_matches(given, known or names(), n=1)
    return f' Did you mean "{close[0]}"?' if close else ""
