"""`preview`: objects beside the rows they came from. The code path of `sync`, on an empty state; writes nothing."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from typing import Any

from adapter import wiring
from adapter.cli import arguments, output
from adapter.cli.exhibit import Exhibits, describe_object, describe_rows
from adapter.mapping.plan import Rule
from adapter.mapping.scope import Row
from adapter.ss12000.profile import Values
from adapter.ss12000.types import ResourceType
from adapter.store.changes import Spool
from adapter.store.engine import open_store
from adapter.sync.gather import assemble
from adapter.sync.report import Report
from adapter.sync.trace import keys_of

_LOOKED_AT = 200  # objects of a type, to find some that are to be published


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("preview", help="objects beside their source rows; writes nothing")
    parser.add_argument("type", nargs="?", type=_kind, metavar="TYPE", help="Person, Group …; default: all types")
    parser.add_argument("--limit", type=arguments.count, default=3, metavar="N", help="objects of each type; default 3")
    parser.add_argument(
        "--id", metavar="ID_OR_KEY", help="only the object with this id, or with this key in its source"
    )
    parser.add_argument("--issues", action="store_true", help="all findings instead of the first few")
    arguments.add_today(parser)
    arguments.add_json(parser)
    parser.set_defaults(run=run)


@dataclass
class _Seen:
    """Collects what is asked for while the objects are built."""

    kind: ResourceType | None
    limit: int
    wanted: str
    objects: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[ResourceType, int] = field(default_factory=dict)
    exhibits: Exhibits = field(default_factory=Exhibits)

    def __call__(self, rule: Rule, row: Row, values: Values) -> None:
        if rule.kind is ResourceType.PERSON:
            self.exhibits.note(values)
        if self.kind not in (None, rule.kind):
            return
        if self.wanted and not self._is_wanted(rule, row, values):
            return
        if self.counts.get(rule.kind, 0) < max(self.limit, _LOOKED_AT):
            self.counts[rule.kind] = self.counts.get(rule.kind, 0) + 1
            self.objects.append(self.exhibits.entry(rule, row, values))

    def _is_wanted(self, rule: Rule, row: Row, values: Values) -> bool:
        return self.wanted in (values["id"], *keys_of(rule, row))


def run(args: argparse.Namespace) -> int:
    """0; or 2 and 5 like `sync`."""
    installation = wiring.load(args.config)
    inputs = installation.inputs(args.today)
    seen = _Seen(args.type, args.limit, (args.id or "").casefold())
    report = Report("preview", inputs.clock())
    store = open_store("sqlite:///:memory:")
    with Spool() as spool:
        known = installation.remembered()
        assembly = assemble(store, inputs, report, spool, seen, trace=seen.exhibits.lookups, known=known)
    store.close()
    findings = report.findings.in_order()
    for found in seen.objects:
        seen.exhibits.settle(found, assembly.stages[ResourceType.PERSON].withheld, assembly.watch.waiting)
        found["to_be_published"] = assembly.exists(ResourceType(found["type"]), found["object"]["id"])
    shown = _chosen(seen.objects, args.limit)
    if args.json:
        output.document({"objects": shown, "issues": [finding.as_json() for finding in findings]})
        return 0
    for found in shown:
        why = found.get("why", "not to be published: nothing published needs it")
        fate = "" if found["to_be_published"] else f"  ({why})"
        output.line(f"{found['type']} from {found['source']}  [{found['rule']}]{fate}")
        describe_rows(found)
        output.line("  ->")
        describe_object(found)
    if not shown:
        output.line("no such object" if seen.wanted else "no objects")
    if findings:
        output.line(output.plural(report.findings.total, "finding") + ":")
        if args.issues:
            for finding in findings:
                output.line(f"  {finding}")
        else:
            output.findings(report.findings.grouped, 10)
    return 0


def _chosen(entries: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
    """The first of each type, those before others that are to be published."""
    counts: dict[str, int] = {}
    chosen = []
    for entry in sorted(entries, key=lambda entry: not entry["to_be_published"]):
        counts[entry["type"]] = counts.get(entry["type"], 0) + 1
        if counts[entry["type"]] <= limit:
            chosen.append(entry)
    return sorted(chosen, key=entries.index)


def _kind(text: str) -> ResourceType:
    kind = ResourceType.lenient(text)
    if kind is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no type; there are {', '.join(ResourceType)}")
    return kind
