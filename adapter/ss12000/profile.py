"""The whitelist: which attributes may leave. Read from skolverket.toml; one's own file may only narrow it.

`Profile.project` is the one door to a document: what it does not know, it does not copy.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from adapter.errors import ConfigError
from adapter.findings import Finding, Span, did_you_mean
from adapter.ss12000.types import ResourceType

Values = dict[str, Any]
_Project = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One name in an object: a value (no parts), an object (parts), or a list of either (many)."""

    name: str
    many: bool
    parts: tuple[Attribute, ...]

    def part(self, name: str) -> Attribute | None:
        """The part of that name, if the whitelist has it."""
        return next((part for part in self.parts if part.name == name), None)


@dataclass(frozen=True)
class Profile:
    """A name, and for each type its attributes as a tree in wire order; `id` comes first in each."""

    name: str
    paths: Mapping[ResourceType, tuple[str, ...]]

    @cached_property
    def shapes(self) -> dict[ResourceType, Attribute]:
        """The whitelist of each type as a tree whose root is the object."""
        return {kind: Attribute(str(kind), False, _tree(paths)) for kind, paths in self.paths.items()}

    @cached_property
    def project(self) -> dict[ResourceType, Callable[[Values], Values]]:
        """For each type a function that copies exactly the whitelisted attributes, in wire order."""
        return {kind: _object_projector((_ID, *shape.parts)) for kind, shape in self.shapes.items()}


_ID = Attribute("id", False, ())


def shipped() -> Profile:
    """Skolverket's profile, as shipped."""
    text = files("adapter.ss12000").joinpath("skolverket.toml").read_text(encoding="utf-8")
    return _read(tomllib.loads(text))


def narrowed(path: Path) -> Profile:
    """A profile of one's own. Raises ConfigError where it names what the shipped one does not have."""
    full = shipped()
    try:
        own = _read(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: the profile cannot be read: {error}") from error
    findings = [
        Finding(
            "P110",
            f'{kind} attribute "{attribute}" is not in Skolverket\'s profile; a profile may only take away.',
            span=Span(str(path)),
            suggestion=did_you_mean(attribute, full.paths[kind]),
        )
        for kind, attributes in own.paths.items()
        for attribute in attributes
        if attribute not in full.paths[kind]
    ]
    if findings:
        raise ConfigError(f"{path}: the profile would widen what may leave", findings)
    in_wire_order = {
        kind: tuple(path for path in paths if path in own.paths[kind]) for kind, paths in full.paths.items()
    }
    return Profile(own.name, in_wire_order)


def _read(data: Mapping[str, Any]) -> Profile:
    return Profile(str(data.get("name", "own")), {kind: tuple(data.get(str(kind), ())) for kind in ResourceType})


def _tree(paths: tuple[str, ...]) -> tuple[Attribute, ...]:
    """["civicNo.value", "civicNo.nationality"] -> one Attribute civicNo with two parts."""
    grouped: dict[str, list[str]] = {}
    for path in paths:
        head, _, rest = path.partition(".")
        grouped.setdefault(head, []).extend([rest] if rest else [])
    return tuple(
        Attribute(head.removesuffix("[]"), head.endswith("[]"), _tree(tuple(rest))) for head, rest in grouped.items()
    )


def _projector(attribute: Attribute) -> _Project | None:
    """How to copy a value of this attribute; None where the value itself will do."""
    if not attribute.parts:
        return None
    one = _object_projector(attribute.parts)
    return (lambda items: [one(item) for item in items]) if attribute.many else one


def _object_projector(parts: tuple[Attribute, ...]) -> _Project:
    if len(parts) == 1:  # references and memberships: by far the most objects
        name, inner = parts[0].name, _projector(parts[0])
        if inner is None:
            return lambda value: {name: value[name]}
        return lambda value: {name: inner(value[name])}
    plan = tuple((part.name, _projector(part)) for part in parts)
    if not any(inner for _, inner in plan):
        names = tuple(name for name, _ in plan)
        return lambda value: {name: found for name in names if (found := value.get(name)) is not None}

    def project(value: Values) -> Values:
        copied = {}
        for name, inner in plan:
            found = value.get(name)
            if found is not None:
                copied[name] = inner(found) if inner else found
        return copied

    return project
