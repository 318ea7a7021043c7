"""The settings in force as a tree of keys, each with its value and whether that is the default; secrets are masked."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from adapter.cli import secrets_masked
from adapter.cli.secrets_masked import MASK
from adapter.settings import Settings, Share
from connectors.base import Connector

_WIDTH = 40  # where remarks stand
_ADDRESSES = ("url", "proxy")  # secret settings of which host and path may be seen
_SECRET = ("id_namespace",)  # with it, ids could be traced back to personnummer
_OURS = "connectors."
_PATHS = ("path", "ready", "ca")
_PLAIN = (str, int, float, bool, type(None), Path, UUID, dt.date, dt.datetime, dt.time, list, tuple, dict, Any)


class Entry(NamedTuple):
    """A key's value, masked where it must be; None where it has none. `default`: the file does not name the key."""

    value: Any
    default: bool


Tree: TypeAlias = "dict[str, Entry | Tree | list[Tree]]"
_Mask: TypeAlias = Callable[[str, FieldInfo | None, Any, Any], Any]
"""(key, its field where it has one, value, what the file says) -> what may be shown."""


def of(settings: Settings, connectors: Mapping[str, Connector], written: Mapping[str, Any]) -> Tree:
    """All settings; `written` is the file as TOML has it."""
    tree: Tree = {}
    for key, section in _section(settings, written).items():
        if key != "sources":
            tree[key] = section
            continue
        tree[key] = {
            name: _source(connectors[name], settings.sources[name], written["sources"][name]) for name in connectors
        }
    return tree


def as_json(tree: Tree) -> dict[str, Any]:
    """Tables as they are nested; a key is `{"value": …, "default": …}`."""
    return {key: _json(inner) for key, inner in tree.items()}


def lines(tree: Tree, path: tuple[str, ...] = ()) -> Iterator[str]:
    """As TOML; a key without a value is commented out."""
    for key, entry in tree.items():
        if isinstance(entry, Entry):
            unset = entry.value is None and entry.default
            line = f"#{_key(key)} =" if unset else f"{_key(key)} = {_toml(entry.value)}"
            remark = "# not set" if unset else "# default" if entry.default else ""
            yield f"{line.ljust(_WIDTH)} {remark}" if remark else line
    for key, inner in tree.items():
        name = ".".join(map(_key, (*path, key)))
        for table in inner if isinstance(inner, list) else ():
            yield from ("", f"[[{name}]]", *lines(table, (*path, key)))
        if isinstance(inner, dict):
            if any(isinstance(each, Entry) for each in inner.values()):
                yield from ("", f"[{name}]")
            yield from lines(inner, (*path, key))


def _section(section: BaseModel, written: Mapping[str, Any], only_written: bool = False) -> Tree:
    tree: Tree = {}
    for name, field in type(section).model_fields.items():
        key = field.alias or name
        value, says = getattr(section, name), written.get(key)
        if only_written and key not in written:
            continue
        if isinstance(value, BaseModel):
            tree[key] = _section(value, says or {}, only_written=key == "limits")
        elif isinstance(value, list) and value and isinstance(value[0], BaseModel):
            tree[key] = [_section(one, said) for one, said in zip(value, says or (), strict=True)]
        else:
            tree[key] = Entry(None if value is None else _setting(key, field, value, says), key not in written)
    return tree


def _setting(key: str, field: FieldInfo, value: Any, says: Any) -> Any:
    if isinstance(value, SecretStr) and key in _ADDRESSES:
        return secrets_masked.address(value.get_secret_value(), says)
    if key in _SECRET or (isinstance(value, str) and secrets_masked.name_is_secret(key)):
        return MASK
    if get_args(Share)[1] in field.metadata:
        return f"{100 * value:.10g}%"
    return _plain(value)


def _source(connector: Connector, resolved: Mapping[str, Any], written: Mapping[str, Any]) -> Tree:
    own = {key: value for key, value in resolved.items() if key != "connector"}
    mask = _option if type(connector).__module__.startswith(_OURS) else _option_of_a_plugin
    checked = connector.Options.model_validate(own)
    return {"connector": Entry(resolved["connector"], False), **_options(checked, own, written, mask)}


def _options(checked: BaseModel, resolved: Mapping[str, Any], written: Mapping[str, Any], mask: _Mask) -> Tree:
    """Written keys as the file has them, for a plug-in may make of them what it likes; others by their default."""
    tree: Tree = {}
    for name, field in type(checked).model_fields.items():
        key, value = field.alias or name, getattr(checked, name)
        if key not in resolved:
            if name not in checked.model_fields_set:
                default = {} if isinstance(value, BaseModel) else mask(key, field, value, None)
                tree[key] = Entry(None if value is None else default, True)
        elif isinstance(value, BaseModel) and isinstance(resolved[key], dict) and not _is_telling(mask, key):
            tree[key] = _options(value, resolved[key], written[key], mask)
        else:
            tree[key] = Entry(mask(key, field, resolved[key], written[key]), False)
    others = resolved.keys() - tree.keys()
    return tree | {key: Entry(mask(key, None, resolved[key], written[key]), False) for key in resolved if key in others}


def _is_telling(mask: _Mask, key: str) -> bool:
    return mask is _option_of_a_plugin and secrets_masked.name_is_telling(key)


def _option(key: str, field: FieldInfo | None, value: Any, says: Any) -> Any:
    """What an administrator has put outside the file may be secret, whichever key it is for; a path is not."""
    kind = str(field.annotation) if field is not None else ""
    if "Secret" in kind:
        return secrets_masked.address(value, says) if key == "url" and isinstance(value, str) else MASK
    if isinstance(value, str | Path) and (key in _PATHS or "pathlib" in kind) and "://" not in str(value):
        return str(value)
    return _plain(value, says)


def _option_of_a_plugin(key: str, field: FieldInfo | None, value: Any, says: Any) -> Any:
    """The same, but strangers may keep a secret in a plain text, or in tables of which only they know the keys."""
    if secrets_masked.name_is_telling(key) or (field is not None and not (field.repr and _is_plain(field.annotation))):
        return MASK
    return _option(key, field, value, says) if key in _PATHS else _plain(value, says, strangers=True)


def _is_plain(kind: Any) -> bool:
    """Whether a type is made of nothing but texts, numbers, and lists and tables of them."""
    if get_origin(kind) is Literal:
        return True
    inner = [each for each in get_args(kind) if each is not ...]
    return all(map(_is_plain, inner)) if inner else kind in _PLAIN


def _plain(value: Any, says: Any = None, strangers: bool = False) -> Any:
    """A value of the kinds that TOML has; any other is masked."""
    if secrets_masked.is_reference(says):
        return MASK
    if value is None or isinstance(value, bool | int | float | dt.date | dt.time):
        return value
    if isinstance(value, str | Path | UUID | IPv4Address | IPv6Address):
        return secrets_masked.text(str(value))
    if isinstance(value, Mapping):
        said = says if isinstance(says, Mapping) else {}
        return {
            str(key): MASK
            if strangers and secrets_masked.name_is_telling(str(key))
            else _plain(inner, said.get(key), strangers)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        raw = says if isinstance(says, list) and len(says) == len(value) else [None] * len(value)
        return [_plain(inner, said, strangers) for inner, said in zip(value, raw, strict=True)]
    return MASK


def _json(inner: Entry | Tree | list[Tree]) -> Any:
    if isinstance(inner, Entry):
        value = str(inner.value) if isinstance(inner.value, dt.date | dt.time) else inner.value
        return {"value": value, "default": inner.default}
    return [as_json(table) for table in inner] if isinstance(inner, list) else as_json(inner)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _toml(key)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(key)} = {_toml(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if value is None or isinstance(value, str):
        return json.dumps(value or "", ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)
