"""`auth doctor`: certificate, fingerprints, keys, a token fetched, clocks; and what to register where."""

from __future__ import annotations

import argparse

from adapter import wiring
from adapter.cli import arguments, output

_WRONG = 2


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("auth", help="our certificate and the authorisation server")
    verbs = parser.add_subparsers(required=True, metavar="doctor")
    doctor = verbs.add_parser("doctor", help="is everything in order, and what is to be registered where?")
    arguments.add_json(doctor)
    doctor.set_defaults(run=run_doctor)


def run_doctor(args: argparse.Namespace) -> int:
    """0 where nothing is wrong, else 2."""
    findings = wiring.load(args.config).examined_auth()
    wrong = sum(finding.good is False for finding in findings)
    if args.json:
        facts = [{"name": found.name, "good": found.good, "words": found.words} for found in findings]
        output.document({"findings": facts, "wrong": wrong})
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            mark = {True: "ok ", False: "NOT", None: "   "}[finding.good]
            output.line(f"{mark} {finding.name.ljust(width)}  {finding.words}")
        output.line("all well" if not wrong else f"{output.plural(wrong, 'thing')} to mend, marked NOT")
    return _WRONG if wrong else 0
