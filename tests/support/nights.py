"""A small school whose tables lie as files, from night to night; and what a night tells."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adapter.ss12000 import ids
from adapter.store.engine import Store
from adapter.sync.inputs import Inputs, Options
from adapter.sync.report import Report
from adapter.sync.run import sync
from connectors.csv.connector import CsvConnector, CsvOptions
from support import small_school
from support.small_school import MAPPING, NOW, OPEN_GATE, TODAY, Tables

_OF_THE_NIGHT = ("run", "seconds", "unchanged_since", "whole_at", "whole_because")
DAY = 86_400_000
DATED = MAPPING.replace(
    "keep: {status: A}",
    "keep: {status: A, slut: {on_or_after: today, or: empty}, start: {on_or_before: today+1d, or: empty}}",
)


@dataclass
class School:
    """Tables that lie as files in a folder, as they are exported."""

    folder: Path
    tables: Tables = field(default_factory=small_school.tables)
    mapping: str = DATED
    sections: dict[str, Any] = field(default_factory=lambda: dict(OPEN_GATE))

    def __post_init__(self) -> None:
        for pupil in self.tables["elever"]:
            pupil.update(slut="", start="")
        self.export()

    def export(self) -> None:
        for name, rows in self.tables.items():
            with (self.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, delimiter=";")
                writer.writerow(rows[0])
                writer.writerows([cell or "" for cell in row.values()] for row in rows)

    def inputs(self, day: int = 0) -> Inputs:
        now = NOW + day * DAY
        connectors = {
            name: CsvConnector(
                name, CsvOptions(path=str(self.folder / f"{name}.csv"), delimiter=";"), now=lambda: now / 1000
            )
            for name in self.tables
        }
        made = small_school.inputs({}, mapping=self.mapping, now=now, **self.sections)
        return replace(made, connectors=connectors, today=TODAY + dt.timedelta(days=day))

    def night(self, store: Store, day: int = 0, full: bool = False) -> Report:
        return sync(store, self.inputs(day), Options(full=full))


def pupil_id(school: School, number: int) -> str:
    own = small_school.settings().organiser.id_namespace.bytes
    return ids.own_id(own, "Person", (str(school.tables["elever"][number]["guid"]),))


def told(report: Report) -> dict[str, Any]:
    found = report.as_json()
    return {name: found[name] for name in found if name not in _OF_THE_NIGHT} | {
        "enrichments": report.enrichments,
        "issues": [finding.as_json() for finding in report.findings.in_order()],
    }


def by_differences(report: Report) -> bool:
    return 0 < report.whole_at < report.started and not report.unchanged_since
