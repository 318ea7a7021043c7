"""`fleet`: many organisers in one installation. `--config` names fleet.toml here; each has a config.toml of its own."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter import config, wiring
from adapter.cli import arguments, init, output, signals
from adapter.cli.config import example
from adapter.errors import ConfigError
from adapter.fleet import joining, organisers
from adapter.store import schemas

if TYPE_CHECKING:
    from adapter.fleet.standing import Stands
    from adapter.settings.fleet import Fleet

_FILE = Path("fleet.toml")
_WRONG, _NO_RUN = 2, 8


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser(
        "fleet", help="many organisers in one installation", epilog="--config FILE: default fleet.toml (docs/fleet.md)"
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("example", help="a fleet.toml with every key explained")
    status = verbs.add_parser("status", help="who ran, is late, held, failing; what waits")
    status.add_argument(
        "--expect-run-within", type=arguments.hours, metavar="26h", help="exit 8 where somebody's last run is older"
    )
    arguments.add_json(status)
    verbs.add_parser("serve", help="the facades of all, their notices and pages, until stopped")
    worker = verbs.add_parser("worker", help="takes runs from the queue, until stopped; as many as you like")
    worker.add_argument("--at-once", type=_few, default=2, metavar="N", help="runs at the same time; default: 2")
    worker.add_argument("--until-empty", action="store_true", help="end when nothing waits that is due")
    run_ = verbs.add_parser("run", help="runs as soon as a worker is free, whatever the hour")
    run_.add_argument("names", nargs="*", metavar="NAME")
    run_.add_argument("--all", action="store_true", help="everybody's")
    add = verbs.add_parser("add", help="a new organiser, step by step; again, to go on where it stood")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--from", dest="sources", nargs="+", default=[], metavar="URL_OR_PATH", help="as for `init`")
    add.add_argument("--schema", help="as for `init`")
    export = verbs.add_parser("export", help="all of an organiser's as an installation of its own")
    export.add_argument("name", metavar="NAME")
    export.add_argument("folder", type=Path, metavar="DIR")
    remove = verbs.add_parser("remove", help="all of an organiser's is deleted")
    remove.add_argument("name", metavar="NAME")
    remove.add_argument("--yes", action="store_true", help="do it; without, only what would go is told")
    parser.set_defaults(run=run, json=False)


def run(args: argparse.Namespace) -> int:
    """0; of `status` 8 where a run is awaited, of `add` 2 while something is left to do."""
    if args.verb == "example":
        output.line(example("fleet.example.toml"))
        return 0
    file = _FILE if args.config == Path("config.toml") else args.config
    fleet = organisers.load(file)
    if args.verb == "status":
        return _status(fleet, args)
    if args.verb == "serve":
        return _serve(fleet)
    if args.verb == "worker":
        return _work(fleet, args.at_once, args.until_empty)
    if args.verb == "run":
        return _ask(fleet, args.names, args.all)
    if args.verb == "add":
        return _add(fleet, file, args)
    if args.verb == "export":
        return _export(fleet, args.name, args.folder)
    return _remove(fleet, args.name, args.yes)


def _serve(fleet: Fleet) -> int:
    from adapter.cli.serve import allow_many_files
    from adapter.fleet.serving import start

    allow_many_files()
    running = start(fleet, output.warn)
    signals.on_hangup(running.reloading.set)
    output.note(f"serving {output.plural(len(running.directory), 'organiser')} on {fleet.facade.listen}")
    if fleet.pages.listen is not None:
        output.note(f"administrators' pages on {fleet.pages.listen}, each at {fleet.pages.host}")
    signals.until_told(running)
    return 0


def _work(fleet: Fleet, at_once: int, until_empty: bool) -> int:
    from adapter.fleet import worker

    output.note(f"taking runs, {at_once} at once" + (", until none is due" if until_empty else ""))
    worker.work(fleet, at_once, until_empty, output.note, output.warn)
    return 0


def _ask(fleet: Fleet, names: list[str], everybody: bool) -> int:
    from adapter.fleet import queue

    known = organisers.names(fleet)
    if everybody == bool(names):
        raise ConfigError("name organisers, or --all, and not both." if names else "name organisers, or --all.")
    if unknown := [name for name in names if name not in known]:
        raise ConfigError(f"there is no organiser {', '.join(unknown)}. `fleet status` lists them.")
    wrong = {each.name: each.wrong for each in organisers.Everybody(fleet).all_of() if each.wrong}
    for name in [name for name in names or known if name in wrong]:
        output.warn(f"{name}: {wrong[name]}")
    chosen = [name for name in names or known if name not in wrong]
    runs = queue.prepare(fleet)

    async def ask() -> int:
        app = queue.app_of(fleet)
        async with app.open_async():
            asked = [await queue.ask(app, name) for name in chosen]
            return sum(asked)

    count = asyncio.run(ask())
    waited = len(chosen) - count
    output.line(f"{output.plural(count, 'run')} asked for" + (f"; {waited} waited already" if waited else ""))
    if not runs.somebody_works():
        output.note("no worker is at work: start one with `fleet worker`")
    return _WRONG if len(chosen) < len(names or known) else 0


def _status(fleet: Fleet, args: argparse.Namespace) -> int:
    from adapter.fleet import standing
    from adapter.store.fleet_runs import FleetRuns

    runs = FleetRuns(fleet.fleet.database.get_secret_value())
    runs.prepare()
    now = wiring.clock()
    found = standing.of_all(fleet, runs.latest(), now)
    counts = Counter(stands.standing for stands in found)
    hours = args.expect_run_within
    late = [stands.name for stands in found if hours and (not stands.ended or now - stands.ended > hours * 3_600_000)]
    if args.json:
        output.document(
            {"organisers": [_facts(stands) for stands in found], "counts": dict(counts)}
            | ({"late": late} if hours else {})
        )
    else:
        output.table(("organiser", "stands", "version", "persons", "last run", "notices"), map(_row, found))
        for stands in found:
            if stands.to_do:
                output.line(f"{stands.name}: {stands.to_do}")
        for oddity in organisers.oddities(fleet):
            output.line(oddity)
        output.line(", ".join(f"{counts[word]} {word}" for word in standing.ORDER if counts[word]) or "nobody yet")
    if hours and not found:
        late = ["nobody is there"]
    if late and not args.json:
        output.note(f"no run has ended within {hours:g} hours: {', '.join(late[:10])}{' …' * (len(late) > 10)}")
    return _NO_RUN if late else 0


def _row(stands: Stands) -> tuple[object, ...]:
    ended = wiring.here(stands.ended) if stands.ended else ""
    return (
        stands.name,
        stands.standing,
        stands.version or "",
        stands.persons or "",
        ended,
        stands.waiting_notices or "",
    )


def _facts(stands: Stands) -> dict[str, Any]:
    run_ = stands.run
    return {
        "name": stands.name,
        "standing": stands.standing,
        "to_do": stands.to_do,
        "version": stands.version,
        "persons": stands.persons,
        "ended": wiring.utc(stands.ended) if stands.ended else None,
        "waiting_notices": stands.waiting_notices,
        "run": None if run_ is None else {
            "night": run_.night or None,
            "attempts": run_.attempts,
            "started": wiring.utc(run_.started),
            "ended": wiring.utc(run_.ended) if run_.ended else None,
            "exit_code": run_.code,
            "outcome": run_.outcome,
            "why": run_.why,
            "seconds": run_.seconds,
            "megabytes": run_.megabytes,
            "worker": run_.worker,
        },
    }  # fmt: skip


def _add(fleet: Fleet, file: Path, args: argparse.Namespace) -> int:
    from adapter.cli.check import undecided

    name, at = args.name, organisers.config_of(fleet, args.name)
    if not at.is_file() and not args.sources:
        raise ConfigError(f"{at} is not there. Say where the rows are: fleet add {name} --from URL_OR_PATH …")
    if at.is_file() and args.sources:
        raise ConfigError(f"{at} is there already. Go on without --from: fleet add {name}")
    if args.sources:
        drafting = argparse.Namespace(dir=at.parent, sources=args.sources, schema=args.schema, no_input=False)
        init.run(drafting)
        said = config.written(file)["fleet"]["database"]
        own = joining.state_section(
            said, at.parent.absolute(), file.parent.absolute(), organisers.namespace_of(fleet, name)
        )
        text = at.read_text(encoding="utf-8").replace(init.STATE, own)
        for variable in ("SIS_PASSWORD", "SIS_URL"):  # each has a password of its own
            text = text.replace(variable, f"{name.upper().replace('-', '_')}_{variable}")
        address = f'base_url = "{fleet.fleet.base_url.format(name=name)}"'
        at.write_text(text.replace(init.BASE_URL, address), encoding="utf-8")
    schemas.make(fleet.fleet.database.get_secret_value(), organisers.namespace_of(fleet, name))
    output.line(f"ok  {at} is there")
    output.line(f"ok  the database has room for {name}, which nobody else sees")
    then = f"then go on:  ss12000-adapter --config {file} fleet add {name}"
    if wrong := organisers.Everybody(fleet).wrong_with(name):
        output.line(f"--  {wrong} Mend it, {then}")
        return _WRONG
    mapping = wiring.load(at).settings.mapping.file
    for step in (("check", "--quiet"), ("rehearse",)):
        sys.stdout.flush()  # what the step prints comes after what was printed here
        if subprocess.run(wiring.command(at, *step), check=False).returncode:
            output.line(f"--  {step[0]}: mend what it says above, {then}")
            return _WRONG
        left = sum(1 for text in (at, mapping) for _ in undecided(str(text), text.read_text(encoding="utf-8")))
        if left:
            output.line(f"--  {output.plural(left, 'line')} to decide: write what is right, without DECIDE; {then}")
            return _WRONG
        output.line(f"ok  {step[0]}")
    output.line(f"Go on:  ss12000-adapter --config {file} fleet run {name}; then register its address with Skolverket.")
    return 0


def _export(fleet: Fleet, name: str, folder: Path) -> int:
    counts = joining.export(fleet, name, folder)
    output.table(("table", "rows"), [(table, count) for table, count in counts.items() if count])
    output.line(f"{folder}: all of {name}'s, as an installation of its own. It holds pupils and secrets: keep it safe.")
    if away := joining.outside(folder):
        output.line(f"Files of {', '.join(away)} lie outside the folder: correct their paths in its config.toml.")
    output.line(f"Try it:  ss12000-adapter --config {folder / 'config.toml'} status")
    return 0


def _remove(fleet: Fleet, name: str, really: bool) -> int:
    from adapter.fleet import queue

    folder = organisers.config_of(fleet, name).parent
    things = joining.left_of(fleet, queue.prepare(fleet), name)
    if not things:
        raise ConfigError(f"nothing is there of an organiser {name}. `fleet status` lists them.")
    if not really:
        for thing in things:
            output.line(f"would go: {thing}")
        raise ConfigError(
            f"nothing was deleted. Take a copy first (fleet export {name} DIR): its ids cannot be made again without "
            f"{folder / 'config.toml'}. Then say --yes."
        )
    runs = queue.prepare(fleet)
    counts = joining.remove(fleet, runs, name)
    output.line(f"deleted: {output.plural(sum(counts.values()), 'row')} in {len(counts)} tables")
    left = joining.left_of(fleet, runs, name)
    for thing in left:
        output.line(f"--  still there: {thing}")
    if left:
        return 1
    output.line(f"ok  no schema, no role, no record, no job, no folder of {name} is there")
    output.line("Copies of the database that were made before still hold it. Tell Skolverket that its address is gone.")
    return 0


def _few(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 64")
    return int(text)
