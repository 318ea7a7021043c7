"""`check`: configuration, mapping and the sources' columns, all mistakes at once. Reads headers, no persons."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from adapter import wiring
from adapter.cases.examples import Outcome, run_tests
from adapter.cli import arguments, output
from adapter.drafting.guesses import DECIDE
from adapter.errors import AdapterError, ConfigError, SourceFailed
from adapter.findings import Finding, Severity
from adapter.mapping.compile import Surroundings, compile_mapping
from adapter.mapping.plan import Plan
from adapter.opendata.lookup import OpenData
from adapter.ss12000.shape import shapes
from adapter.ss12000.types import FETCH_ORDER
from adapter.sync.extract import Sources
from adapter.sync.findings import Findings


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("check", help="configuration, mapping and columns; reads headers, no persons")
    parser.add_argument("--offline", action="store_true", help="open no source and no network: form and names only")
    parser.add_argument("--quiet", action="store_true", help="findings only, no table of what is mapped")
    arguments.add_today(parser)
    arguments.add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 where a run could start; 2 or 5 where it could not."""
    installation = wiring.load(args.config)
    inputs = installation.inputs(args.today)
    failed: AdapterError | None = None
    headers: dict[str, Sequence[str] | None] = dict.fromkeys(installation.connectors)
    kinds: dict[str, Mapping[str, str]] = {}
    if not args.offline:
        try:
            with Sources(installation.connectors) as sources:
                headers, kinds = dict(sources.headers), sources.kinds
        except SourceFailed as error:
            failed = error
    around = Surroundings(
        headers=headers,
        kinds=kinds,
        shapes=shapes(installation.profile),
        namespace=installation.settings.organiser.id_namespace.bytes,
        open_data=OpenData(),  # names are looked up when rows are read
        sink=Findings(),
        today=inputs.date(),
    )
    plan = compile_mapping(inputs.mapping, inputs.mapping_name, around)
    findings = [*(failed.findings if failed else ()), *plan.findings]
    tests = Outcome(0, [])
    if plan.errors:
        failed = ConfigError("the mapping is wrong")
    elif failed is None:
        tests = run_tests(inputs, headers)
        findings += tests.findings
        if tests.findings:
            failed = ConfigError("a test of the mapping failed")
    texts = {str(args.config): args.config.read_text(encoding="utf-8-sig"), inputs.mapping_name: inputs.mapping}
    open_ = [found for name, text in texts.items() for found in undecided(name, text)]
    if args.json:
        left = [{"file": name, "line": number, "decide": text} for name, number, text in open_]
        output.document({**_document(plan, findings), "tests": tests.count, "left_to_decide": left})
    else:
        _describe(plan, findings, headers, open_, args)
        if tests.count and not tests.findings:
            output.line(f"{output.plural(tests.count, 'test')} of the mapping passed")
    return failed.exit_code if failed else 0


_Undecided = tuple[str, int, str]
"""File, line, question."""


def _describe(
    plan: Plan,
    findings: list[Finding],
    headers: dict[str, Sequence[str] | None],
    open_: list[_Undecided],
    args: argparse.Namespace,
) -> None:
    output.findings(findings, limit=100)
    for name, number, question in open_:
        output.line(f"left to decide: {name}:{number}: {question}")
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if errors:
        output.line(f"{output.plural(errors, 'error')}; nothing was read but headers")
        return
    if not args.quiet:
        _describe_coverage(plan)
        output.line("Careful defaults, where the mapping does not say otherwise:")
        for words in DEFAULTS:
            output.line(f"  {words}")
    left = f"; {output.plural(len(open_), 'line')} left to decide" if open_ else ""
    rules = sum(len(plan.rules[kind]) for kind in FETCH_ORDER)
    opened = sum(header is not None for header in headers.values())
    sources = output.plural(opened, "source") + " opened" if opened else "no source opened"
    output.line(f"all well: {output.plural(rules, 'rule')}, {sources}{left}")


def undecided(name: str, text: str) -> Iterator[_Undecided]:
    """What `init` left open."""
    for number, line in enumerate(text.splitlines(), 1):
        _, found, question = line.partition(DECIDE)
        if found:
            yield name, number, question.strip()


def _describe_coverage(plan: Plan) -> None:
    """Each attribute of the profile, rule by rule, and where it comes from."""
    output.line("What is mapped:")
    covered = list(dict.fromkeys(plan.coverage))
    widths = [
        max((len(text) for text in texts), default=0)
        for texts in ([found.subject.partition(".")[2] for found in covered], [found.origin for found in covered])
    ]
    for rule, of_rule in groupby(covered, lambda found: (found.rule, found.place)):
        output.line(f"  {rule[0]}")
        for found in of_rule:
            attribute = found.subject.partition(".")[2].ljust(widths[0])
            place = f"{found.origin.ljust(widths[1])}  [{found.span}]" if found.origin else "not mapped"
            output.line(f"    {attribute}  {place}")


DEFAULTS = (
    "an empty cell: the attribute is left out; the object is rejected where the attribute is required",
    "a value that the code list lacks: the object is rejected",
    "no or an unknown protection mark: the person counts as protected",
    "a reference in a list (member, teacher, group) that leads nowhere: the item is left out and reported",
    "another reference that leads nowhere: the object is rejected",
    "an object that stops being valid: its last good version stays published",
    "a source without rows: the run stops, and last night's data stay published",
)


def _document(plan: Plan, findings: list[Finding]) -> dict[str, object]:
    return {
        "ok": not any(finding.severity is Severity.ERROR for finding in findings),
        "issues": [finding.as_json() for finding in findings],
        "coverage": [
            {"rule": found.rule, "attribute": found.subject, "from": found.origin, "line": found.span.line}
            for found in dict.fromkeys(plan.coverage)
        ],
        "defaults": list(DEFAULTS),
    }
