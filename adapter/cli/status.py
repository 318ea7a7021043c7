"""`status`: what is published, who subscribes, what waits, what went wrong. Reads the state only."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from adapter import wiring
from adapter.cli import arguments, output
from adapter.errors import ConfigError
from adapter.health.facts import Facts, read

_RUNS, _ERRORS = 5, 5
_NO_RUN = 8


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("status", help="runs, counts, subscriptions, notices, client errors, certificate")
    parser.add_argument(
        "--expect-run-within",
        type=arguments.hours,
        metavar="26h",
        help="for monitoring: exit 8 where no run has ended in that time",
    )
    arguments.add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0; 7 where the state cannot be read; 8 where no run has ended in the time that was named."""
    installation = wiring.load(args.config)
    store = installation.store()
    try:
        found = read(store, None, wiring.clock())
    finally:
        store.close()
    facts = _document(found) | {"certificate": _certificate(installation)}
    late = _late(found, args.expect_run_within)
    if args.json:
        output.document(facts | ({"late": bool(late)} if args.expect_run_within is not None else {}))
    else:
        _describe(facts)
    if late:
        output.note(late)
    return _NO_RUN if late else 0


def _late(facts: Facts, hours: float | None) -> str:
    """What is said where no run has ended for so many hours, however it ended; "" where one has, or nobody asks.

    A dry run is no night's run, and no more is a rollback.
    """
    if hours is None:
        return ""
    if facts.ended is not None and facts.now - facts.ended <= hours * 3_600_000:
        return ""
    since = f"the last one ended {_here(wiring.utc(facts.ended))}" if facts.ended is not None else "there has been none"
    return f"no run has ended within {hours:g} hours: {since}. Is the nightly job, or `serve --sync-at`, still there?"


def _document(facts: Facts) -> dict[str, Any]:
    return {
        "version": facts.version,
        "published": {str(kind): count for kind, count in facts.published.items()},
        "runs": [
            {
                "run": run.id,
                "started": wiring.utc(run.started),
                "outcome": run.outcome,
                "version": run.report.get("version"),
                "issues": run.report.get("issues"),
                "held_by": run.report.get("held_by", []),
                "unprotected": run.report.get("unprotected", 0),
                "error": (run.report.get("error") or {}).get("message"),
            }
            for run in facts.runs[:_RUNS]
        ],
        "subscriptions": [
            {
                "name": found.name,
                "target": found.target,
                "types": [str(kind) for kind in found.types],
                "expires": wiring.utc(found.expires),
                "expired": found.expires < facts.now,
                "confirmed_version": found.confirmed,
            }
            for found in facts.subscriptions
        ],
        "notices": [
            {
                "target": found.target,
                "version": found.version,
                "state": found.state,
                "attempts": found.attempts,
                "error": found.error,
            }
            for found in facts.notices
        ],
        "client_errors": [
            {"received": wiring.utc(found.received), "severity": found.severity}
            for found in facts.client_errors[:_ERRORS]
        ],
    }


def _certificate(installation: wiring.Installation) -> dict[str, Any] | None:
    try:
        facts = installation.certificate()
    except ConfigError as error:
        return {"error": error.message}
    if facts is None:
        return None
    return {"expires": wiring.utc(facts.not_after), "days_left": (facts.not_after - wiring.clock()) // 86_400_000}


def _describe(facts: dict[str, Any]) -> None:
    output.line(f"published: version {facts['version']}" if facts["version"] else "nothing is published yet")
    output.table(("type", "objects"), facts["published"].items())
    output.line("last runs:" if facts["runs"] else "no run yet")
    for run in facts["runs"]:
        why = run["error"] or "; ".join(run["held_by"])
        output.line(f"  {_here(run['started'])}  {run['outcome']}, {run['issues']} findings{': ' + why if why else ''}")
    if facts["runs"] and (waiting := facts["runs"][0]["unprotected"]):
        output.line(
            f"{output.plural(waiting, 'person')} would stop being protected: the mark is gone; published when that "
            "has been so for gate.unprotected_nights nights"
        )
    output.line("subscriptions:" if facts["subscriptions"] else "nobody subscribes yet")
    for found in facts["subscriptions"]:
        until = "EXPIRED" if found["expired"] else "until"
        output.line(
            f"  {found['target']}  confirmed version {found['confirmed_version']} of {facts['version']}, "
            f"{until} {_here(found['expires'])}"
        )
    for found in facts["notices"]:
        why = f": {found['error']}" if found["error"] else ""
        output.line(
            f"  notice of version {found['version']} to {found['target']}: {found['state']}, "
            f"{output.plural(found['attempts'], 'attempt')}{why}"
        )
    if facts["client_errors"]:
        output.line("errors that the client reported (what they say: the page of `serve --admin`, or `explain ID`):")
        for found in facts["client_errors"]:
            output.line(f"  {_here(found['received'])}  {found['severity']}")
    certificate = facts["certificate"]
    if certificate is None:
        output.line("no client certificate configured ([token]): nobody can be notified")
    elif "error" in certificate:
        output.line(f"client certificate: {certificate['error']}")
    else:
        output.line(f"client certificate: until {_here(certificate['expires'])}, {certificate['days_left']} days left")


def _here(time: str) -> str:
    """A time of the JSON document as people at the organiser's read it."""
    return dt.datetime.fromisoformat(time).astimezone(wiring.ZONE).strftime("%Y-%m-%d %H:%M")
