"""A report as a page of HTML that stands alone: nothing is fetched, nothing runs, every text is escaped."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from adapter.reports.content import Report, Row, Status, Unit, cells
from adapter.reports.days import day, moment
from adapter.reports.words import Words

_STYLE = """
body { font: 16px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1d1d1f }
h1 { font-size: 1.5rem; margin-bottom: .2rem } h2 { font-size: 1.15rem; margin-top: 2.2rem }
.about { color: #555; margin-top: 0 }
.failed { border-left: 4px solid #b3261e; padding: .5rem 1rem; background: #fdf1f0 }
table { border-collapse: collapse; width: 100% } caption { text-align: left; color: #555; padding-bottom: .4rem }
th, td { text-align: left; vertical-align: top; padding: .4rem .7rem .4rem 0; border-bottom: 1px solid #ddd }
.new { font-weight: 600 } .fixed { color: #1b6e3c } .fixed td:nth-child(4) { text-decoration: line-through }
td:nth-child(6) { white-space: nowrap } th:nth-child(4), th:nth-child(5) { width: 24% }
code { font-size: .85rem; overflow-wrap: anywhere }
@media print { body { margin: 0; max-width: none } }
"""


def as_html(report: Report, words: Words) -> bytes:
    """The whole report."""
    return "".join(_parts(report, words)).encode()


def counted(report: Report, words: Words) -> str:
    """How many are new, still there and fixed: "3 nya, 12 kvar, 1 åtgärdade"."""
    return words.counted.format(*(report.count(status) for status in Status))


def outcome(report: Report, words: Words) -> str:
    """Why nothing new was published; "" where that was not so."""
    sentence = {"failed": words.failed, "held": words.held}.get(report.outcome, "")
    return sentence.format(words.error(report.error)) if report.error else ""


def _parts(report: Report, words: Words) -> Iterator[str]:
    title = escape(f"{words.title}: {report.organiser}")
    yield f'<!doctype html>\n<html lang="{words.code}">\n<meta charset="utf-8">\n<title>{title}</title>\n'
    yield '<meta name="viewport" content="width=device-width">\n'
    yield f"<style>{_STYLE}</style>\n<h1>{title}</h1>\n"
    yield f'<p class="about">{moment(report.started):%Y-%m-%d %H:%M} · {escape(counted(report, words))}</p>\n'
    if why := outcome(report, words):
        yield f'<p class="failed">{escape(why)}</p>\n'
    if not report.rows:
        yield f"<p>{escape(words.empty)}</p>\n"
    for unit, rows in groupby(report.rows, key=lambda row: row.unit if row.unit and row.unit.code else None):
        yield from _unit(unit, list(rows), words)
    if report.beyond:
        yield f"<p>{escape(words.beyond.format(report.beyond))}</p>\n"
    yield "</html>\n"


def _unit(unit: Unit | None, rows: list[Row], words: Words) -> Iterator[str]:
    heading = f"{unit.name} ({unit.code})" if unit else words.no_unit
    shown = (0, 1, 5, 6, 7, 11)
    yield f"<h2>{escape(heading)}</h2>\n<table>\n<tr>"
    yield "".join(f'<th scope="col">{escape(words.columns[place])}</th>' for place in shown)
    yield f'<th scope="col">{escape(words.columns[8])}</th></tr>\n'
    for row in rows:
        values = list(cells(row, words, day).values())
        yield f'<tr class="{row.status}">' + "".join(f"<td>{escape(str(values[place]))}</td>" for place in shown)
        place = f"{values[8]}:{values[9]}" if values[9] else str(values[8])
        about = f"<br><code>{escape(row.finding.about)}</code>" if row.finding.about else ""
        yield f"<td>{escape(place)}{about}<br><code>{escape(row.finding.code)}</code></td></tr>\n"
    yield "</table>\n"
