"""`report`: what schools are to mend after the last run, on the screen or as a file."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from adapter import wiring
from adapter.cli import arguments, output
from adapter.errors import ConfigError
from adapter.findings import did_you_mean
from adapter.reports import content, files, page
from adapter.reports.content import Report, Status
from adapter.reports.days import day, moment
from adapter.reports.words import LANGUAGES, Words
from adapter.settings import Settings


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("report", help="what schools are to mend after the last run: a page, CSV or Excel")
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="write it: .html, .csv or .xlsx")
    parser.add_argument("--unit", metavar="CODE", help="one school unit's alone: its skolenhetskod")
    parser.add_argument("--send", action="store_true", help="mail it now to all of [[mail.to]], whatever their rules")
    parser.add_argument("--language", choices=sorted(LANGUAGES), help="default: reports.language")
    arguments.add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0; 2 where nothing can be written or sent, or the school unit has nothing to mend; 7 for the state."""
    installation = wiring.load(args.config)
    settings = installation.settings
    words = LANGUAGES[args.language or settings.reports.language]
    store = installation.store()
    try:
        report = content.read(store, settings.organiser.name)
    finally:
        store.close()
    if report is None:
        raise ConfigError("no run has ended yet, so there is nothing to report. Run sync first.")
    if args.send:
        return _send(settings, report, words)
    if args.unit is not None:
        report = _of_unit(report, args.unit)
    if args.file is not None:
        files.write(args.file, report, words)
    if args.json:
        output.document(_as_json(report, words))
    elif args.file is not None:
        output.line(f"{args.file}: {page.counted(report, words)}")
    else:
        _describe(report, words)
    return 0


def _send(settings: Settings, report: Report, words: Words) -> int:
    if settings.mail is None:
        raise ConfigError("config.toml has no section [mail]: `config example` shows one.")
    from adapter.reports import mail

    if failures := mail.send(settings.mail, report, words, settings.reports.formats, everybody=True):
        raise ConfigError(" ".join(failures))
    output.line(f"sent: {page.counted(report, words)}")
    return 0


def _of_unit(report: Report, code: str) -> Report:
    known = {unit.code: unit for unit in report.units()}
    if code not in known:
        guess = did_you_mean(code, known)
        hint = f'Did you mean "{guess}"?' if guess else "`report` alone lists those that have."
        raise ConfigError(f"no school unit with the code {code} has anything to mend. {hint}")
    return report.of(known[code])


def _as_json(report: Report, words: Words) -> dict[str, object]:
    rows = []
    for row in report.rows:
        told = words.told(row.finding)
        unit = {"id": row.unit.id, "code": row.unit.code, "name": row.unit.name} if row.unit else None
        facts = row.finding.as_json() | {"attribute": told.attribute, "wrong": told.wrong, "advice": told.advice}
        since = moment(row.since).isoformat(timespec="seconds")
        rows.append({"status": str(row.status), "school_unit": unit, "since": since, **facts})
    started = moment(report.started).isoformat(timespec="seconds")
    counts = {str(status): report.count(status) for status in Status}
    return {
        "run": started,
        "outcome": report.outcome,
        "error": report.error,
        "counts": counts,
        "more": report.beyond,
        "rows": rows,
    }


def _describe(report: Report, words: Words) -> None:
    output.line(f"{words.title}, {moment(report.started):%Y-%m-%d %H:%M}: {page.counted(report, words)}")
    if why := page.outcome(report, words):
        output.line(f"  {why}")
    if not report.rows:
        output.line(words.empty)
        return
    counts = Counter((row.unit, row.status) for row in report.rows)
    shown = {row.unit if row.unit and row.unit.code else None: row.unit for row in report.rows}
    lines = []
    for unit in shown:
        name = f"{unit.name} ({unit.code})" if unit else words.no_unit
        lines.append(
            (name, *(sum(n for (u, s), n in counts.items() if s is status and _shown(u) == unit) for status in Status))
        )
    output.table((words.columns[2], *words.status.values()), lines)
    for row in report.rows[: output.SHOWN]:
        told, finding = words.told(row.finding), row.finding
        place = f"  [{finding.row or finding.span or finding.about}]"
        where = f"{row.unit.name}: " if row.unit and row.unit.name else ""
        which = f"{told.attribute}: " if told.attribute else ""
        output.line(f"  {words.status[row.status]} {day(row.since)}  {where}{which}{told.wrong}{place}")
        output.line(f"      {told.advice}")
    if len(report.rows) > output.SHOWN:
        output.line(f"  … {len(report.rows) - output.SHOWN}")
    if report.beyond:
        output.line(f"  {words.beyond.format(report.beyond)}")


def _shown(unit: content.Unit | None) -> content.Unit | None:
    return unit if unit is not None and unit.code else None
