"""The objects' shape as data, for whoever builds them: read from the models, cut down to the whitelist."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from adapter.ss12000.models import MODELS
from adapter.ss12000.profile import Attribute, Profile
from adapter.ss12000.types import ResourceType


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute: its JSON type, whether the object needs it, what it is when nobody says, its values.

    `type` is that of one item where `many`. `parts` is empty for plain values. `default` None: there is none.
    """

    name: str
    many: bool
    type: str  # string | integer | boolean | object
    required: bool
    default: Any
    allowed: tuple[Any, ...]
    parts: tuple[Field, ...]
    lone: bool = False  # a reference that is all a list's item holds

    def part(self, name: str) -> Field | None:
        """The part of that name, or None."""
        return next((part for part in self.parts if part.name == name), None)

    @property
    def is_reference(self) -> bool:
        """Whether the value is `{id}`."""
        return len(self.parts) == 1 and self.parts[0].name == "id"

    @property
    def is_link(self) -> bool:
        """Whether an item holds one reference and nothing else: a membership, a teacher, a group."""
        return self.is_reference or (len(self.parts) == 1 and self.parts[0].is_reference)

    def item(self) -> Field:
        """One item of this list."""
        return replace(self, many=False, required=True, default=None, lone=self.is_reference)


def shapes(profile: Profile) -> dict[ResourceType, Field]:
    """For each type its object as a Field whose parts are the whitelisted attributes in wire order."""
    found = {}
    for kind in MODELS:
        schema = _schema(kind)
        found[kind] = _field(profile.shapes[kind], schema, schema.get("$defs", {}), required=True)
    return found


@cache
def _schema(kind: ResourceType) -> dict[str, Any]:
    return MODELS[kind].model_json_schema()


def _field(attribute: Attribute, schema: dict[str, Any], defs: dict[str, Any], required: bool) -> Field:
    default = schema.get("default")
    schema = _resolved(schema, defs)
    many = schema.get("type") == "array"
    if many:
        schema = _resolved(schema["items"], defs)
    needed = set(schema.get("required", ()))
    parts = tuple(_field(part, schema["properties"][part.name], defs, part.name in needed) for part in attribute.parts)
    if many and len(parts) == 1 and parts[0].is_reference:
        parts = (replace(parts[0], lone=True),)
    allowed = tuple(schema.get("enum", (schema["const"],) if "const" in schema else ()))
    return Field(attribute.name, many, schema.get("type", "object"), required, default, allowed, parts)


def _resolved(schema: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """Follow `$ref` and take the one alternative that is not null."""
    if "anyOf" in schema:
        schema = next(option for option in schema["anyOf"] if option.get("type") != "null")
    if "$ref" in schema:
        schema = defs[schema["$ref"].rpartition("/")[2]]
    return schema
