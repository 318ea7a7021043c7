"""`packs`: the ready mappings that ship with the program: which there are, and a copy of one to work on."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from adapter.cli import arguments, output
from adapter.errors import ConfigError
from adapter.findings import did_you_mean

_MAPPING = "mapping.yaml"
_NOT_COPIED = ("__init__.py", "config.toml")  # config.toml has gaps that `demo` fills in


class Pack(NamedTuple):
    """A ready mapping: what it is called, the first lines of its README, and the files that are copied."""

    name: str
    title: str
    purpose: str
    files: Mapping[str, Traversable]


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("packs", help="ready mappings: which there are; a copy of one to work on")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    arguments.add_json(verbs.add_parser("list", help="all of them, and which system or export each is for"))
    copy = verbs.add_parser("copy", help="a mapping, its README and its sources into a folder; overwrites nothing")
    copy.add_argument("name", metavar="PACK", help="`packs list` has all")
    copy.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="FOLDER", help="where to; default: here")
    parser.set_defaults(run=run, json=False)


def run(args: argparse.Namespace) -> int:
    """0; 2 where there is no such pack, a file exists already or the folder cannot be written."""
    if args.verb == "copy":
        _copy(_named(args.name), args.folder)
    elif args.json:
        output.document(
            {"packs": [{**pack._asdict(), "files": sorted(pack.files)} for _, pack in sorted(packs().items())]}
        )
    else:
        _list(packs())
    return 0


def packs() -> dict[str, Pack]:
    """Every mapping that ships, by its name."""
    folders = (folder for folder in files("mappings").iterdir() if folder.joinpath(_MAPPING).is_file())
    return {folder.name: _pack(folder) for folder in folders}


def _pack(folder: Traversable) -> Pack:
    """Its README begins with a title, and a paragraph whose first sentence says what it is for."""
    title, paragraph, *_ = folder.joinpath("README.md").read_text(encoding="utf-8").split("\n\n", 2)
    purpose, stop, _ = " ".join(paragraph.split()).partition(". ")
    taken = {file.name: file for file in folder.iterdir() if file.is_file() and file.name not in _NOT_COPIED}
    return Pack(folder.name, title.removeprefix("# ").strip(), purpose + stop.strip(), taken)


def _list(found: Mapping[str, Pack]) -> None:
    width = max(map(len, found))
    for name, pack in sorted(found.items()):
        output.line(f"{name.ljust(width)}  {pack.title}")
        output.line(f"{' ' * width}  {pack.purpose}")
    output.line("A copy to work on:  ss12000-adapter packs copy PACK FOLDER")


def _named(name: str) -> Pack:
    known = packs()
    if name in known:
        return known[name]
    close = did_you_mean(name, known)
    hint = f'Did you mean "{close}"?' if close else f"There are {', '.join(sorted(known))}."
    raise ConfigError(f'there is no pack "{name}". {hint}')


def _copy(pack: Pack, folder: Path) -> None:
    try:
        if there := [str(folder / name) for name in sorted(pack.files) if (folder / name).exists()]:
            verb = "exists" if len(there) == 1 else "exist"
            raise ConfigError(f"{', '.join(there)} {verb} already, so nothing was copied. {_elsewhere(pack)}")
        folder.mkdir(parents=True, exist_ok=True)
        for written in _written(pack, folder):
            output.line(f"wrote {written}")
    except OSError as error:
        raise ConfigError(f"{folder}: it cannot be written: {error.strerror}. {_elsewhere(pack)}") from None
    if "sources.toml" in pack.files:
        output.line(f"Go on: read {folder / 'README.md'}, and copy the tables of sources.toml into config.toml.")
    else:
        output.line(f"Go on: read {folder / 'README.md'}, and name its sources in config.toml.")


def _written(pack: Pack, folder: Path) -> Iterator[Path]:
    for name, file in sorted(pack.files.items()):
        with (folder / name).open("xb") as copy:  # x: nor may it overwrite what has come in the meantime
            copy.write(file.read_bytes())
        yield folder / name


def _elsewhere(pack: Pack) -> str:
    return f"Name another folder: ss12000-adapter packs copy {pack.name} FOLDER"
