"""Which values of config.toml may be shown. Where it is not certain that a value is no secret, it is masked."""

from __future__ import annotations

import re
from typing import Any

MASK = "•••"
_WEB = re.compile(r"([A-Za-z][\w+.-]*://)(.*)\Z", re.DOTALL)
_REFERENCE = re.compile(r"\$\{[A-Za-z_]\w*\}")
_NAME = re.compile(
    r"pass|pwd|secret|token|key|auth|credential|cookie|header|sign|login|user|account|pin\b|hash|salt", re.IGNORECASE
)
_CONTENT = re.compile(
    r"(pass(word|wd|phrase)?|pwd|secret|token|api.?key|authorization|credentials?)[\"']?\s*[=:]|\b(bearer|basic)\s+\S{12,}",
    re.IGNORECASE,
)


def name_is_secret(name: str) -> bool:
    """Whether a setting with this name is secret, should its type not say so."""
    return re.search(r"pass|pwd|secret|token|hash|salt", name) is not None


def name_is_telling(name: str) -> bool:
    """Whether an option of a plug-in that has this name may hold a secret."""
    return _NAME.search(name) is not None


def is_reference(raw: Any) -> bool:
    """Whether the file only says where a value is: `${NAME}` in it, or `{ file = … }`."""
    if isinstance(raw, dict):
        return set(raw) == {"file"}
    return isinstance(raw, str) and _REFERENCE.search(raw) is not None


def text(value: str) -> str:
    """A text that should hold no secret: an address as `address` shows it; masked where it looks like a secret."""
    shown = address(value) if _WEB.match(value) else value
    return MASK if _CONTENT.search(shown) else shown


def address(value: str, raw: Any = None) -> str:
    """A URL without user, password, query and fragment.

    `raw`: what the file says; where only a part of it is a reference, the file's own words are shown.
    """
    whole = value
    if isinstance(raw, str) and is_reference(raw) and not _REFERENCE.fullmatch(raw.strip()):
        whole = _REFERENCE.sub(MASK, raw)
    found = _WEB.match(whole)
    if found is None:
        return MASK
    before, at, after = found[2].rpartition("@")
    if re.search(r"[?#;]", before):  # this @ may stand in a password that is in the query
        return f"{found[1]}{MASK}"
    place, rest = re.match(r"([^?#;]*)(.*)", after, re.DOTALL).groups()  # type: ignore[union-attr]
    return f"{found[1]}{MASK + '@' if at else ''}{place}{rest and rest[0] + MASK}"
