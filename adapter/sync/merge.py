"""One object from several rules: what the earlier rule lacks is taken from the later, and lists are put together."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Any

import orjson

from adapter.mapping.build import ObjectValues
from adapter.ss12000.codes import NOT_PROTECTED


@dataclass
class Merger:
    """For one rule that says `same_id: merge`. `body` gives the object as an earlier rule made it."""

    body: Callable[[str], bytes]
    _given: set[str] = field(default_factory=set)

    def with_earlier(self, values: ObjectValues, current: Container[str]) -> ObjectValues | None:
        """The object together with what an earlier rule gave; None where none did, or this rule gave it itself."""
        object_id = values["id"]
        own = object_id in self._given
        self._given.add(object_id)
        if own or object_id not in current:
            return None
        return together(orjson.loads(self.body(object_id)), values)


def together(first: ObjectValues, second: ObjectValues) -> ObjectValues:
    """Both, field by field; of two different plain values the first. Protection in either is protection."""
    found = dict(first)
    for name, value in second.items():
        found[name] = _both(found[name], value) if name in found else value
    if found.get("securityMarking") == NOT_PROTECTED:
        found["securityMarking"] = second["securityMarking"]
    return found


def _both(first: Any, second: Any) -> Any:
    if isinstance(first, dict) and isinstance(second, dict):
        return {**second, **first}
    if isinstance(first, list) and isinstance(second, list) and any(isinstance(item, dict) for item in first):
        items = {orjson.dumps(item): item for item in (*first, *second)}
        return [items[key] for key in sorted(items)]
    return first or second
