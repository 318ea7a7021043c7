"""The language as a JSON Schema, for editors: made from the same description of words as the reader and the manual."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapter.mapping import language
from adapter.mapping.language import Words
from adapter.ss12000.shape import Field
from adapter.ss12000.types import FETCH_ORDER, ResourceType

Schema = dict[str, Any]
_TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
_TEXTS: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_KEY: Schema = {"$ref": "#/$defs/key"}
_CONDITIONS: Schema = {"$ref": "#/$defs/conditions"}
_VALUE: Schema = {"$ref": "#/$defs/value"}
_PARTS: Mapping[str, Schema] = {
    "as": _TEXTS,
    "empty": _TEXT,
    "keep": _CONDITIONS,
    "when": _CONDITIONS,
    "key": _KEY,
    "via": _KEY,
    "by": _KEY,
    "with": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": _KEY}},
    "merge": {"enum": list(language.MERGE)},
    "list": {"type": "array", "items": _VALUE},
    "first_of": {"type": "array", "items": _VALUE},
    "match": {"type": "object"},
    "fields": {"type": "object"},
    "value": _VALUE,
    "expect": {"$ref": "#/$defs/expect"},
    "rows": {"type": "array", "items": {"type": "object", "additionalProperties": _TEXT}},
}


def json_schema(shapes: Mapping[ResourceType, Field]) -> Schema:
    """The whole language; `shapes` are the profile's objects."""
    tables = {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": _TEXT}}
    top: dict[str, Schema] = {
        "mapping": {"enum": [1, "1"]},
        "sources": {"type": "object", "additionalProperties": {"anyOf": [_source(), {"type": "null"}]}},
        "codes": tables,
        "tests": {"type": "array", "items": _test()},
        **{str(kind): _rules(shapes[kind]) for kind in FETCH_ORDER},
    }
    forms = [{**_object(words, _parts(words)), "required": [form]} for form, words in language.FORMS.items()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A mapping of ss12000-adapter",
        **_object(language.TOP, top),
        "required": ["mapping"],
        "$defs": {
            "key": {"anyOf": [_key_part(), {"type": "array", "items": _key_part()}]},
            "conditions": {"type": "object", "additionalProperties": {"anyOf": [_TEXTS, _condition()]}},
            "expect": _object(language.EXPECT, dict.fromkeys(language.EXPECT, _TEXT)),
            "value": {"anyOf": [_TEXT, *forms, {"type": "object", "additionalProperties": _VALUE}]},
        },
    }


def _object(words: Words, parts: Mapping[str, Schema]) -> Schema:
    """An object with exactly these words, each with its description."""
    properties = {word: {**parts.get(word, {}), "description": meaning} for word, meaning in words.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _parts(words: Words) -> dict[str, Schema]:
    return {word: _PARTS[word] for word in words if word in _PARTS}


def _source() -> Schema:
    split = _object(language.SPLIT_SOURCE, dict.fromkeys(language.SPLIT_SOURCE, _TEXT))
    return _object(
        language.SOURCE,
        {**_parts(language.SOURCE), "empty": _TEXTS, "split": {"anyOf": [split, {"type": "array", "items": split}]}},
    )


def _rules(shape: Field) -> Schema:
    attributes = {part.name: {**_VALUE, "description": _about(part)} for part in shape.parts}
    parts: dict[str, Schema] = {
        "from": {"anyOf": [_TEXT, _object(language.DISTINCT, {"by": _TEXTS, "distinct": _TEXT})]},
        "keep": _CONDITIONS,
        "when": _CONDITIONS,
        "same_id": {"enum": list(language.SAME_ID)},
        "id": _object(language.ID, dict.fromkeys(language.ID, _KEY)),
        "enrich": {"type": "object", "additionalProperties": _KEY},
        "fields": {"type": "object", "properties": attributes, "additionalProperties": _VALUE},
    }
    rule = _object(language.RULE, parts)
    return {"anyOf": [rule, {"type": "array", "items": rule}]}


def _about(part: Field) -> str:
    kind = f"list of {part.type}" if part.many else part.type
    allowed = f": {', '.join(map(str, part.allowed))}" if part.allowed else ""
    return f"{kind}{', required' if part.required else ''}{allowed}"


def _key_part() -> Schema:
    return {"anyOf": [_TEXT, _object(language.COLUMN, _parts(language.COLUMN))]}


def _condition() -> Schema:
    found_in = {"type": "object", "additionalProperties": _KEY, "maxProperties": 1}
    return _object(language.CONDITION, {**_parts(language.CONDITION), "found_in": found_in})


def _test() -> Schema:
    by_type = {"type": "object", "additionalProperties": {"type": "array"}}
    return _object(language.TEST, {"name": _TEXT, "today": _TEXT, "rows": by_type, "gives": by_type, "issues": _TEXTS})
