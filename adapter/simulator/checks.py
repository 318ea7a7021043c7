"""Holds a received object against the profile, as strictly as provtjänsten does: form, values, and nothing besides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from adapter.ss12000 import profile, rules
from adapter.ss12000.profile import Attribute
from adapter.ss12000.types import ResourceType

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
_WHITELIST = profile.shipped().shapes


def violations(kind: ResourceType, received: dict[str, Any]) -> list[str]:
    """What is wrong with an object, without its values; empty where it is as it must be."""
    found = list(_foreign(received, _WHITELIST[kind], ("id", "meta")))
    meta = received.get("meta")
    if not isinstance(meta, dict) or set(meta) != {"created", "modified"}:
        found.append("meta is not {created, modified}")
    elif not all(isinstance(moment, str) and _MOMENT.match(moment) for moment in meta.values()):
        found.append("meta has no UTC times with milliseconds")
    own = {name: value for name, value in received.items() if name != "meta"}
    found.extend(f"{finding.attribute} {finding.message}" for finding in rules.check(kind, own) if finding.rejects)
    return found


def _foreign(value: Any, allowed: Attribute, besides: tuple[str, ...] = ()) -> Iterator[str]:
    """Attributes that are not in the whitelist, at any depth."""
    if isinstance(value, list):
        for item in value:
            yield from _foreign(item, allowed)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in besides:
                continue
            part = allowed.part(name)
            if part is None:
                yield f"{name} is not in the profile"
            else:
                yield from _foreign(inner, part)
