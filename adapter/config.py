"""config.toml -> Settings: secrets from the environment or files, paths from its own folder, all mistakes at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from adapter.errors import ConfigError
from adapter.findings import Finding, Span, did_you_mean
from adapter.settings import Settings
from connectors.base import Connector, SourceError
from connectors.registry import OptionsError, create, names

_Model = TypeVar("_Model", bound=BaseModel)
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SQLITE = re.compile(r"(sqlite(?:\+\w+)?:///)([^/:?].*)\Z")
_PATHS = ("path", "ready", "ca")
_ACCESS = ("ca", "key")
"""Keys of sources that are paths, whichever connector has them; and those in `access`."""

_AT = re.compile(r"(.*) \(at line (\d+), column (\d+)\)\Z")


def load(path: Path) -> tuple[Settings, dict[str, Connector]]:
    """The settings and the sources' connectors, checked as far as is possible without opening anything.

    Raises ConfigError with every mistake in the file.
    """
    reader, data, settings = _read(path, Settings)
    connectors = {}
    for name, options in (data.get("sources") or {}).items() if isinstance(data.get("sources"), dict) else ():
        if isinstance(options, dict) and (connector := _connector(reader, name, options)) is not None:
            connectors[name] = connector
    if reader.findings or settings is None:
        raise ConfigError(f"{path}: the configuration is wrong; nothing was done", reader.findings)
    return settings, connectors


def read(path: Path, model: type[_Model]) -> _Model:
    """Another file of settings, by the same rules. Raises ConfigError with every mistake in it."""
    reader, _, settings = _read(path, model)
    if reader.findings or settings is None:
        raise ConfigError(f"{path}: the configuration is wrong; nothing was done", reader.findings)
    return settings


def written(path: Path) -> dict[str, Any]:
    """What the file itself says: no secret resolved, nothing checked. Raises ConfigError."""
    return _parsed(path, _text(path))


def _read(path: Path, model: type[_Model]) -> tuple[_Reader, dict[str, Any], _Model | None]:
    text = _text(path)
    reader = _Reader(path, text)
    data = reader.resolved(_parsed(path, text), ())
    _absolute(model, data, path.parent.absolute())
    return reader, data, _settings(reader, data, model)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        advice = "Start from what `config example` prints, or name yours with --config FILE."
        raise ConfigError(f"{path}: there is no such file. {advice}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: the file is not UTF-8. Save it again with the encoding UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{path}: the file cannot be read: {error.strerror}") from None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT.match(str(error))
        words, span = (
            (found[1], Span(str(path), int(found[2]), int(found[3]))) if found else (str(error), Span(str(path)))
        )
        advice = "Texts stand in quotes; a table begins with [name]."
        if "hex" in words or "escape" in words or "\\" in words:
            advice = "A backslash in a path: write / instead, or put the path in single quotes."
        message = f"this is not TOML: {words}. {advice}"
        raise ConfigError(f"{path}: the configuration cannot be read", [Finding("C100", message, span=span)]) from None


class _Reader:
    """Resolves secrets and collects findings with the full path of each key."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = dict(_key_lines(text))
        self.findings: list[Finding] = []

    def report(self, code: str, key: Sequence[str], message: str, suggestion: str = "") -> None:
        """Report a mistake at a key, such as ("facade", "tls", "key"), or ("calendar", "0", "limits") in a list."""
        line = next((self.lines[tuple(key[:n])] for n in range(len(key), 0, -1) if tuple(key[:n]) in self.lines), 0)
        where = ".".join(part for part in key if not part.isdigit())
        self.findings.append(
            Finding(code, f"{where}: {message}", span=Span(str(self.path), line), suggestion=suggestion)
        )

    def resolved(self, value: Any, key: tuple[str, ...]) -> Any:
        """The value with `${NAME}` replaced from the environment and `{file = "…"}` by what the file says."""
        if isinstance(value, dict):
            if set(value) == {"file"} and isinstance(value["file"], str) and key[-1:] != ("mapping",) and len(key) > 1:
                return self._from_file(value["file"], key)
            return {name: self.resolved(inner, (*key, name)) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.resolved(inner, key) for inner in value]
        if isinstance(value, str):
            return _VARIABLE.sub(lambda found: self._from_environment(found[1], key), value)
        return value

    def _from_environment(self, name: str, key: tuple[str, ...]) -> str:
        value = os.environ.get(name)
        if value is None:
            self.report("C120", key, f"the environment variable {name} is not set. Set it for the user who runs this.")
            return "unset"
        return value

    def _from_file(self, name: str, key: tuple[str, ...]) -> str:
        file = self.path.parent / name
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text"
            self.report("C121", key, f"the file {file} cannot be read: {why}.")
            return "unset"


def _settings(reader: _Reader, data: dict[str, Any], model: type[_Model]) -> _Model | None:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            key = [str(part) for part in detail["loc"]]
            if detail["type"] == "extra_forbidden":
                known = list(_fields_at(model, key[:-1]))
                reader.report("C110", key, "there is no such key.", did_you_mean(key[-1], known))
            elif detail["type"] == "missing":
                field = _fields_at(model, key[:-1]).get(key[-1])
                about = f" ({field.description})" if field and field.description else ""
                reader.report("C111", key, f"is missing{about}.")
            else:
                reader.report("C112", key, f"{_words(detail)}.")
        return None


def _connector(reader: _Reader, name: str, options: dict[str, Any]) -> Connector | None:
    kind = options.get("connector")
    if not isinstance(kind, str):
        reader.report("C111", ("sources", name, "connector"), f"is missing ({', '.join(names())}).")
        return None
    try:
        return create(name, options)
    except OptionsError as error:
        for key, message in error.wrong:
            reader.report("C113", ("sources", name, *key.split(".")), message)
    except SourceError as error:
        reader.report(error.code, ("sources", name, "connector"), error.message)
    return None


def _words(detail: Any) -> str:
    plain = {
        "model_type": "must be a table: { key = value, … }",
        "list_type": "must be a list; of tables each begins with its name in two brackets: [[calendar]]",
    }
    if detail["type"] in plain:
        return plain[detail["type"]]
    if detail["type"].startswith("date_"):
        return "must be a date, without quotes: 2027-08-09"
    words = str(detail["msg"]).removeprefix("Value error, ")
    return words[:1].lower() + words[1:]


def _fields_at(model: type[BaseModel], key: Sequence[str]) -> dict[str, FieldInfo]:
    """The keys of the table that a path leads to, as they are written."""
    return {field.alias or name: field for name, field in _model_at(model, key).model_fields.items()}


def _model_at(model: type[BaseModel], key: Sequence[str]) -> type[BaseModel]:
    """The settings class that a path of keys leads to."""
    for name in (part for part in key if not part.isdigit()):
        inner = _section(model.model_fields[name]) if name in model.model_fields else None
        if inner is None:
            break
        model = inner
    return model


def _section(field: FieldInfo) -> type[BaseModel] | None:
    """The section that a field holds, or None for a plain value."""
    options = (field.annotation, *get_args(field.annotation))
    return next((o for o in options if isinstance(o, type) and issubclass(o, BaseModel)), None)


def _absolute(model: type[BaseModel], data: dict[str, Any], folder: Path) -> None:
    """Relative paths are meant from the folder of config.toml, wherever the command runs."""
    for name, field in model.model_fields.items():
        section = _section(field)
        if name not in data and isinstance(field.default, BaseModel):
            data[name] = {}  # so that its defaults are meant from that folder too
        value = data.get(name, _path_by_default(field))
        if isinstance(value, dict) and section is not None:
            _absolute(section, value, folder)
        elif isinstance(value, str) and value and Path in (field.annotation, *get_args(field.annotation)):
            data[name] = str(folder / value)
        elif isinstance(value, str) and field.annotation is SecretStr:
            data[name] = _absolute_url(value, folder)
    if model is Settings and isinstance(data.get("sources"), dict):
        for options in data["sources"].values():
            if isinstance(options, dict):
                _absolute_source(options, folder)


def _absolute_source(options: dict[str, Any], folder: Path) -> None:
    """A source's own paths, by the names that connectors give them."""
    access = options.get("access")
    for table, paths in ((options, _PATHS), (access if isinstance(access, dict) else {}, _ACCESS)):
        for name in paths:
            if isinstance(table.get(name), str) and "://" not in table[name]:
                table[name] = str(folder / table[name])
    if isinstance(options.get("url"), str):
        options["url"] = _absolute_url(options["url"], folder)


def _path_by_default(field: FieldInfo) -> str | None:
    if isinstance(field.default, SecretStr):
        return field.default.get_secret_value()
    return str(field.default) if isinstance(field.default, Path) else None


def _absolute_url(url: str, folder: Path) -> str:
    found = _SQLITE.match(url)
    return f"{found[1]}{(folder / found[2]).as_posix()}" if found else url


def _key_lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """(path of a key, line) as far as a glance at each line tells; in a list of tables with the place in it, from 0."""
    table: tuple[str, ...] = ()
    listed = Counter[tuple[str, ...]]()
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.match(r"\s*\[(\[?)\s*([^\[\]]+?)\s*\]", line):
            table = tuple(part.strip().strip("\"'") for part in found[2].split("."))
            if found[1]:
                listed[table] += 1
                table = (*table, str(listed[table] - 1))
            yield table, number
        elif found := re.match(r"\s*([A-Za-z0-9_.\"'-]+)\s*=", line):
            yield (*table, *(part.strip("\"'") for part in found[1].split("."))), number
