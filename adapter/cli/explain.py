"""`explain`: one object from its row to who fetched it; or what a code means."""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import Any

from adapter import wiring
from adapter.cli import arguments, output, progress
from adapter.cli.exhibit import Exhibits, describe_lines, describe_rows, hide
from adapter.errors import ConfigError
from adapter.findings import Finding, did_you_mean
from adapter.mapping.plan import Rule
from adapter.mapping.row_findings import RowFinding
from adapter.mapping.scope import Row
from adapter.ss12000 import civicno
from adapter.ss12000.ids import canonical_uuid
from adapter.ss12000.profile import Values
from adapter.ss12000.types import ResourceType
from adapter.store import feedback, pages, protected, veil
from adapter.store.changes import Spool
from adapter.store.engine import Store, open_store
from adapter.sync.gather import assemble
from adapter.sync.placing import unnamed
from adapter.sync.report import Report
from adapter.sync.trace import keys_of
from adapter.texts import swedish
from adapter.texts.english import EXAMPLES, PAGES
from adapter.texts.rules import RULES

_CODE = re.compile(r"[A-Z]\d{3}\Z")
_MOST = 20  # rows
_COMPLAINTS = 5
_PERSON = ResourceType.PERSON
_LEFT_OUT = "left out by a condition (keep), or because it refers to something that is not published"


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("explain", help="one object from its row to who fetched it; or what a code means")
    words = "an id, a key in the source, a personnummer, a user name, or a code: M210; - reads it from stdin"
    parser.add_argument("what", metavar="ID_OR_KEY|CODE", help=words)
    arguments.add_today(parser)
    arguments.add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0; or 2 and 5 like `sync`."""
    if args.what == "-":
        args.what = sys.stdin.readline().strip()
    if _CODE.match(args.what.upper()):
        args.what = args.what.upper()
        return _explain_code(args)
    installation = wiring.load(args.config)
    store = installation.store()
    try:
        told = _told(installation, store, args)
    finally:
        store.close()
    if args.json:
        output.document({"found": told})
    for found in told if not args.json else ():
        _describe(found)
    if not told and not args.json:
        output.line("nothing has this id or key: no row gives it, and nothing of it was ever published")
    return 0


def _explain_code(args: argparse.Namespace) -> int:
    if args.what not in PAGES:
        guess = did_you_mean(args.what, PAGES)
        hint = f'Did you mean "{guess}"?' if guess else "Codes stand in the messages of `check`, and in every --json."
        raise ConfigError(f"{args.what} is no code. {hint}")
    meaning, advice = PAGES[args.what]
    wrong, right = EXAMPLES.get(args.what, ("", ""))
    betydelse, råd = swedish.PAGES[args.what]
    effect, source = RULES.get(args.what, ("", ""))
    if args.json:
        example = {"wrong": wrong, "right": right} if wrong else None
        found = {"code": args.what, "meaning": meaning, "advice": advice, "example": example}
        rule = {"effect": effect, "source": source} if source else None
        output.document(found | {"rule": rule, "sv": {"meaning": betydelse, "advice": råd}})
        return 0
    output.line(f"{args.what}: {meaning}\n  {advice}\n  {betydelse}\n  {råd}")
    if source:
        output.line(f"  effect: {effect}\n  source: {source}")
    if wrong:
        output.line(f"  wrong:  {wrong}\n  right:  {right}")
    return 0


@dataclass
class _Rows:
    """Collects what becomes of the rows that have the id or key."""

    asked: str
    today: dt.date
    exhibits: Exhibits = field(default_factory=Exhibits)
    made: list[dict[str, Any]] = field(default_factory=list)
    lost: list[tuple[Rule, str, dict[str, Any], list[Finding]]] = field(default_factory=list)
    numbers: dict[str, set[str]] = field(default_factory=dict)  # personnummer of each person
    numbers_of: dict[int, set[str]] = field(default_factory=dict)  # of each lost row

    def __post_init__(self) -> None:
        number = civicno.normalise(self.asked, self.today)
        self.wanted = frozenset(filter(None, {self.asked, canonical_uuid(self.asked), number}))
        self.by_name = bool(number) or "@" in self.asked

    def keep(self, rule: Rule, row: Row, values: Values) -> None:
        if rule.kind is _PERSON:
            self.exhibits.note(values)
            self.numbers.setdefault(values["id"], set()).add(values.get("civicNo", {}).get("value", ""))
        names = (values["id"], *keys_of(rule, row), *_names_of_person(values))
        if len(self.made) < _MOST and not self.wanted.isdisjoint(names):
            self.made.append(self.exhibits.entry(rule, row, values))

    def miss(self, rule: Rule, row: Row, findings: list[Finding]) -> None:
        try:
            object_id = str(rule.id((row,)))
        except RowFinding:
            object_id = ""
        if rule.kind is _PERSON and object_id:
            self.numbers.setdefault(object_id, set()).update(self._numbers_in(row))
        names = (object_id, *keys_of(rule, row), *self._names_in(rule, row))
        if len(self.lost) < _MOST and not self.wanted.isdisjoint(names):
            entry = self.exhibits.lost(rule, row)
            self.lost.append((rule, object_id, entry, findings))
            self.numbers_of[id(entry)] = set(self._numbers_in(row))

    def _names_in(self, rule: Rule, row: Row) -> Iterator[str]:
        """What a row that gives no person may be asked for by, besides its key: a personnummer, a user name."""
        if rule.kind is _PERSON and self.by_name:
            yield from (cell.casefold() for cell in row[1:] if isinstance(cell, str) and cell)
            yield from self._numbers_in(row)

    def _numbers_in(self, row: Row) -> Iterator[str]:
        """The personnummer of a row, as they are published."""
        for cell in row[1:]:
            if isinstance(cell, str) and cell[:1].isdigit() and (number := civicno.normalise(cell, self.today)):
                yield number

    def is_about(self, entry: dict[str, Any], persons: Set[str]) -> bool:
        """Whether a row that gives no object has the personnummer of one of these."""
        return any(not self.numbers_of[id(entry)].isdisjoint(self.numbers.get(person, ())) for person in persons)


def _names_of_person(values: Values) -> list[str]:
    """What else a person goes by: personnummer and user names."""
    number = values.get("civicNo", {}).get("value", "")
    return [number.casefold(), *(name.casefold() for name in values.get("eduPersonPrincipalNames", ()))]


def _told(installation: wiring.Installation, store: Store, args: argparse.Namespace) -> list[dict[str, Any]]:
    inputs = installation.inputs(args.today)
    if not args.what.strip():
        raise ConfigError("nothing is asked for: name an id, a key in the source, a personnummer or a user name.")
    rows = _Rows(args.what.strip().casefold(), inputs.date())
    empty = open_store("sqlite:///:memory:")
    with Spool() as spool, progress.shown() as looking_on:
        report = Report("explain", inputs.clock(), progress=looking_on)
        assembly = assemble(
            empty, inputs, report, spool, rows.keep, rows.miss, rows.exhibits.lookups, known=protected.remembered(store)
        )
    empty.close()
    told = []
    hidden = unnamed(assembly)
    for found in rows.made:
        kind, object_id = ResourceType(found["type"]), found["object"]["id"]
        found["to_be_published"] = assembly.exists(kind, object_id)
        rows.exhibits.settle(found, assembly.stages[ResourceType.PERSON].withheld, assembly.watch.waiting)
        told.append({**found, **_issues(_about(report, found["source"])), **_published(store, kind, object_id)})
    same_person = any(found["protected"] for found in rows.made) or any(i in hidden for _, i, *_ in rows.lost)
    for rule, object_id, found, findings in rows.lost:
        nameless = rule.kind is _PERSON and not object_id
        if (
            same_person or nameless or object_id in hidden or rows.is_about(found, hidden)
        ):  # another row may say that this is somebody protected
            hide(found)
        withheld = object_id in assembly.stages[rule.kind].withheld
        found["why"] = "withheld: protected" if withheld else "" if findings else _LEFT_OUT
        issues = _issues([] if found["protected"] else findings)
        told.append({**found, **issues, **_published(store, rule.kind, object_id)})
    known = canonical_uuid(args.what)
    if not told and known is not None:
        for kind in ResourceType:
            facts = _published(store, kind, known)
            if facts["published"] or facts["taken_back"]:
                gone = {"source": "", "rule": "", "rows": [], "why": "no row gives it now"}
                told.append({"type": str(kind), "protected": known in hidden, **gone, **_issues([]), **facts})
    return told


def _about(report: Report, source: str) -> list[Finding]:
    return [found for found in report.findings.in_order() if found.row is not None and str(found.row) == source]


def _issues(findings: list[Finding]) -> dict[str, Any]:
    """In words, and as facts."""
    return {"issues": list(map(str, findings)), "findings": [finding.as_json() for finding in findings]}


def _published(store: Store, kind: ResourceType, object_id: str) -> dict[str, Any]:
    """What was published of it, and who has read its list since then."""
    fate = pages.fate(store, kind, object_id) if object_id else None
    facts: dict[str, Any] = {"id": object_id, "published": None, "taken_back": None, "fetched": [], "complaints": []}
    if fate is None:
        return facts
    if fate.gone:
        facts["taken_back"] = {"version": fate.version, "at": _time(fate.modified)}
    else:
        facts["published"] = {"version": fate.version, "created": _time(fate.created), "modified": _time(fate.modified)}
    name = pages.DELETED if fate.gone else kind.collection
    facts["fetched"] = [
        {"by": found.caller, "at": _time(found.at)} for found in feedback.fetches(store, name, fate.modified, 3)
    ]
    hidden = veil.hides(store, kind, object_id)
    facts["complaints"] = [
        {
            "at": _time(found.received),
            "severity": found.severity,
            "code": found.code,
            "message": "•••" if hidden else found.message,
        }
        for found in feedback.complaints(store, 0, object_id, _COMPLAINTS)
    ]
    return facts


def _describe(found: dict[str, Any]) -> None:
    place = f"from {found['source']}  [{found['rule']}]" if found["source"] else found["id"]
    output.line(f"{found['type']} {place}")
    if found.get("why"):
        output.line(f"  {found['why']}")
    if found["rows"]:
        output.line("  made of:")
        describe_rows(found)
    if "object" in found:
        output.line("  comes to:")
        describe_lines(found)
        if not found["to_be_published"] and not found.get("why"):
            output.line("  not to be published: nothing published needs it")
    for finding in found["issues"]:
        output.line(f"  {finding}")
    if found["published"]:
        facts = found["published"]
        output.line(
            f"  published: version {facts['version']}, modified {facts['modified']}, created {facts['created']}"
        )
    elif found["taken_back"]:
        output.line(f"  taken back: version {found['taken_back']['version']}, {found['taken_back']['at']}")
    else:
        output.line("  not published")
    for complaint in found["complaints"]:
        output.line(f"  Skolverket's client, {complaint['at']}, {complaint['severity']}: {complaint['message'][:300]}")
    for fetch in found["fetched"]:
        output.line(f"  its list was read to the end at {fetch['at']} by {fetch['by']}")


def _time(milliseconds: int) -> str:
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
