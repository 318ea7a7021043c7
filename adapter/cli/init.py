"""`init`: looks at a database or files, and writes config.toml and a first mapping with its guesses marked."""

from __future__ import annotations

import argparse
import datetime as dt
import re
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from adapter.cli import arguments, asking, output, places, sampling
from adapter.drafting.draft import Draft, draft
from adapter.drafting.guesses import DECIDE
from adapter.drafting.looking.samples import Sample
from adapter.errors import ConfigError, SourceFailed
from adapter.wiring import ZONE
from connectors.base import SourceError

STATE = '[state]\nurl = "sqlite:///state.db"\n'
BASE_URL = 'base_url = "https://ss12000.exempel.se/ss12000-api/v2.0"   # DECIDE: what you register with Skolverket'
_NAMED = 12  # tables that are not read


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser(
        "init",
        help="write a first config.toml and mapping from a database or files",
        usage="ss12000-adapter init [DIR] --from URL_OR_PATH …",
    )
    parser.add_argument("dir", nargs="?", type=Path, default=Path(), metavar="DIR", help="where to; default: here")
    parser.add_argument(
        "--from", dest="sources", nargs="+", required=True, metavar="URL_OR_PATH", help="a database, folders, files"
    )
    parser.add_argument("--schema", help="of a database, where its tables stand in another than its default one: dbo")
    parser.add_argument("--no-input", action="store_true", help="ask nothing, also on a terminal")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0; nothing that exists is overwritten."""
    config, mapping = args.dir / "config.toml", args.dir / "mapping.yaml"
    for file in (config, mapping):
        if file.exists():
            raise ConfigError(f"{file} exists already. Name another folder: ss12000-adapter init DIR --from …")
    today = dt.datetime.now(ZONE).date()
    samples = list(_samples(args.sources, args.schema, today))
    ask = asking.is_possible() and not args.no_input
    drafted = asking.settled(partial(draft, samples, today)) if ask else draft(samples, today)
    if not any(drafted.taken.values()):
        names = ", ".join(sample.source for sample in samples[:10])
        raise ConfigError(f"none of {names} looks like pupils, staff, groups or school units. Write a mapping by hand.")
    try:
        args.dir.mkdir(parents=True, exist_ok=True)
        mapping.write_text(drafted.text, encoding="utf-8")
        settings = "\n".join(_config(samples, drafted))
        config.write_text(settings, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{args.dir}: it cannot be written: {error.strerror}. Name another folder.") from None
    _tell(samples, drafted)
    left = output.plural(drafted.undecided + settings.count(DECIDE), "line")
    output.line(f"wrote {config} and {mapping}: {left} to decide, marked DECIDE.")
    output.line(f"Go on:  ss12000-adapter --config {config} check")
    return 0


def _tell(samples: list[Sample], drafted: Draft) -> None:
    """What each table was taken for; of those that are not read a few."""
    unread = [sample for sample in samples if not drafted.taken[sample.source]]
    shown = [sample for sample in samples if sample not in unread[_NAMED:]]
    taken = [(sample.source, sample.rows, drafted.taken[sample.source] or "not read") for sample in shown]
    output.table(("source", "rows", "taken for"), taken)
    if len(unread) > _NAMED:
        output.line(f"  … and {len(unread) - _NAMED} more that are not read")


def _samples(given: list[str], schema: str | None, today: dt.date) -> Iterator[Sample]:
    """What every table and file looks like; one that cannot be read is told and left out."""
    found = False
    for place in places.places(given, schema):
        try:
            sample, left_out = sampling.looked_at(place, today)
        except SourceError as error:
            output.note(f"left out: {error}")
            continue
        if left_out:
            output.note(f"{place.table}: left out, for they hold no text: {', '.join(left_out)}")
        found = True
        yield sample
    if not found:
        raise SourceFailed("nothing that can be read is there; see above.")


def _config(samples: list[Sample], drafted: Draft) -> Iterator[str]:
    yield "# Written by `ss12000-adapter init`. `ss12000-adapter config example` explains every key."
    yield "[organiser]"
    yield 'name = "Exempelkommun"                     # DECIDE: your organiser\'s name'
    yield 'organisation_number = "2120000001"         # DECIDE: its organisation number, ten digits'
    yield f'id_namespace = "{uuid.uuid4()}"   # drawn for you: keep it secret, never change it'
    yield ""
    yield STATE
    yield "[mapping]"
    yield 'file = "mapping.yaml"'
    yield ""
    yield "[facade]"
    yield BASE_URL
    yield ""
    secrets: dict[str, str] = {}
    for sample in samples:
        if drafted.taken[sample.source]:
            yield f"[sources.{sample.source}]"
            plain = {key: value for key, value in sample.options.items() if isinstance(value, str)}
            yield from (_option(key, value, secrets) for key, value in plain.items())
            yield ""
            for key in sample.options.keys() - plain.keys():
                yield f"[sources.{sample.source}.{key}]"
                yield from (f"{_toml(name)} = {_toml(value)}" for name, value in sample.options[key].items())
                yield ""
    if unread := [sample.source for sample in samples if not drafted.taken[sample.source]]:
        yield f"# Not read, for nothing in them is needed: {', '.join(unread[:_NAMED])}{' …' * (len(unread) > _NAMED)}"
        yield ""


def _option(key: str, value: str, secrets: dict[str, str]) -> str:
    if key != "url":
        return f"{key} = {_toml(value)}"
    shown, name = _without_secret(value, secrets)
    return f"{key} = {_toml(shown)}" + (f"   # DECIDE: set {name} for whoever runs this" if name else "")


def _without_secret(url: str, secrets: dict[str, str]) -> tuple[str, str]:
    """An address in which a password is a reference, for config.toml holds no secret; and the variable's name."""
    if re.search(r"[?&;].*(pwd|passw)", url, re.IGNORECASE):
        name = _variable("SIS_URL", url, secrets)
        return f"${{{name}}}", name
    if hidden := re.match(r"([\w+]+://[^:/@]*:)(.+)(@[^@]*)$", url):
        name = _variable("SIS_PASSWORD", hidden[2], secrets)
        return f"{hidden[1]}${{{name}}}{hidden[3]}", name
    return url, ""


def _variable(name: str, secret: str, secrets: dict[str, str]) -> str:
    """The same variable for the same secret."""
    same = sum(known.startswith(name) for known in secrets.values())
    return secrets.setdefault(secret, f"{name}_{same + 1}" if same else name)


def _toml(text: str) -> str:
    """As TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda sign: f"\\u{ord(sign[0]):04x}", escaped) + '"'
