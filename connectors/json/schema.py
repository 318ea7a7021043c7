"""Which lists of rows a JSON file holds. For a first look."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import ijson
import orjson

from connectors.base import SourceError
from connectors.json.shallow import Shallow, not_json

_LINES = (".jsonl", ".ndjson")
_MOST_LISTS = 50
_LINE = 1 << 20  # bytes


@dataclass(frozen=True)
class JsonRows:
    """A list of objects. `rows`: the path to it, as a source says it; "" at the top."""

    name: str
    rows: str


def lists(path: Path) -> list[JsonRows]:
    """The lists of objects of a file, in order. Raises SourceError for what is no JSON."""
    if path.suffix.lower() in _LINES or _is_lines(path):
        return [JsonRows(path.stem, "")]
    found: dict[str, None] = {}
    try:
        with path.open("rb") as raw:
            if raw.read(3) != b"\xef\xbb\xbf":
                raw.seek(0)
            for prefix, event, _ in ijson.parse(Shallow(raw, str(path))):
                if event == "start_map" and (prefix == "item" or prefix.endswith(".item")):
                    found[prefix] = None
                    if len(found) > _MOST_LISTS:
                        break
    except ijson.JSONError as error:
        raise not_json(path, error, str(path)) from None
    except OSError as error:
        raise SourceError("S102", f"the file cannot be read: {error.strerror}.", str(path)) from None
    return [JsonRows(_name(prefix, path), _rows(prefix)) for prefix in found]


def has_list(path: Path, rows: str) -> bool:
    """Whether there is a list at this path, be it empty. Raises JSONError, OSError."""
    wanted = rows.removesuffix("[]").replace("[]", ".item")
    with path.open("rb") as raw:
        if raw.read(3) != b"\xef\xbb\xbf":
            raw.seek(0)
        found = ijson.parse(Shallow(raw, str(path)))
        return any(event == "start_array" and prefix == wanted for prefix, event, _ in found)


def _rows(prefix: str) -> str:
    """`data.item.elever.item`, as ijson says it -> `data[].elever`."""
    return f".{prefix}".removesuffix(".item").replace(".item", "[]").removeprefix(".")


def _name(prefix: str, path: Path) -> str:
    last = prefix.removesuffix(".item").rpartition(".")[2]
    return path.stem if last in ("", "item") else last


def _is_lines(path: Path) -> bool:
    """Whether an object stands on the first line, and another below."""
    try:
        with path.open("rb") as raw:
            first, second = raw.readline(_LINE).removeprefix(b"\xef\xbb\xbf"), raw.readline(_LINE)
        return isinstance(orjson.loads(first), dict) and second.strip() != b""
    except (OSError, orjson.JSONDecodeError):
        return False
