"""Deterministic municipalities of the sizes S, M, L, XL in the demo's schema, and how each looks on the next day.

One municipality is invented; the first day leaves out some of its pupils and the second day others, so that 0.3 %
come, 0.3 % go, and 1 % of those who stay are changed.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
import sys
import uuid
from pathlib import Path
from typing import Any

from adapter import wiring
from adapter.simulator import example, municipality
from adapter.simulator.municipality import TABLES, Municipality
from adapter.simulator.skolverket import Skolverket

PUPILS = {"S": 5_000, "M": 50_000, "L": 150_000, "XL": 1_000_000}
DAYS = ("day1", "day2")
VIEWS = "views.toml"
"""The other configuration of a day: the register from its database, by views of rows that are made of others."""
_SEED = 1
_OF_A_PUPIL = ("ELEV", "INSKRIVNING", "GRUPPMEDLEM", "VARDNADSHAVARE")
_SHARE_CHANGED, _SHARE_COME_OR_GONE = 0.01, 0.003


def make(folder: Path, pupils: int) -> None:
    """`day1` and `day2` in a folder, each a whole installation over CSV files; their state is one, beside them.

    `nights.bring` puts one of them where the night before was: a run goes by what differs only in the same place.
    """
    today = dt.datetime.now(wiring.ZONE).date()
    whole = municipality.make(folder / "whole", pupils, _SEED, today)
    draw = random.Random(_SEED)
    known = sorted({row[0] for row in whole.rows["ELEV"]})
    chosen = draw.sample(known, int(len(known) * (_SHARE_CHANGED + 2 * _SHARE_COME_OR_GONE)))
    few = int(len(known) * _SHARE_COME_OR_GONE)
    to_come, gone, changed = set(chosen[:few]), set(chosen[few : 2 * few]), set(chosen[2 * few :])
    _write_day(folder / "day1", whole, without=to_come, changed=set())
    _write_day(folder / "day2", whole, without=gone, changed=changed)
    _configure(folder, whole)


def _by_views(config: str) -> str:
    table = r'connector = "csv"\npath = "csv/(\w+)\.csv"'
    text = re.sub(table, r'connector = "sql"\nurl = "sqlite:///sis.db"\ntable = "\1"', config)
    mapping = Path(__file__).with_name("views.yaml").as_posix()
    return text.replace('"mapping.yaml"', json.dumps(mapping)).replace("state.db", "views.db")


def _write_day(day: Path, whole: Municipality, without: set[str], changed: set[str]) -> None:
    (day / "csv").mkdir(parents=True)
    rows = {name: [row for row in rows if _stays(name, row, without)] for name, rows in whole.rows.items()}
    rows["ELEV"] = [(*row[:6], "Nygift", *row[7:]) if row[0] in changed else row for row in rows["ELEV"]]
    municipality.write_database(day / "sis.db", rows)
    for name in example.TABLES:
        municipality.write_csv(day / "csv" / f"{name}.csv", TABLES[name], rows[name])
    municipality.write_csv(day / "ad-export.csv", municipality.AD_HEADER, whole.ad)
    municipality.write_csv(day / "provaktiviteter.csv", municipality.TESTS_HEADER, whole.tests)


def _stays(table: str, row: tuple[Any, ...], without: set[str]) -> bool:
    return table not in _OF_A_PUPIL or row[1 if table == "GRUPPMEDLEM" else 0] not in without


def _configure(folder: Path, whole: Municipality) -> None:
    """Both days: Skolverket's open data cached, its public keys as a file, the facade without TLS."""
    base_url = "https://127.0.0.1:8443/ss12000-api/v2.0"
    organisation = municipality.ORGANISATION_NUMBER
    with Skolverket(folder / "tls", organisation, whole.units, base_url, wiring.clock) as skolverket:
        values = skolverket.config(str(uuid.UUID(int=_SEED)), "127.0.0.1:0")
        (folder / "jwks.json").write_text(json.dumps(skolverket.auth.jwks()), encoding="utf-8")
        (folder / "token").write_text(skolverket.token(), encoding="utf-8")
        for day in DAYS:
            example.write(folder / day, values, tables_from_csv=True)
            config = folder / day / "config.toml"
            text = config.read_text(encoding="utf-8").replace('"tls/', '"../tls/').replace("state.db", "../state.db")
            text = re.sub(r"^tls = .*\n|^jwks_ca = .*\n", "", text, flags=re.MULTILINE)
            jwks = (folder / "jwks.json").resolve().as_uri()
            text = re.sub(r"^jwks_url = .*$", f'jwks_url = "{jwks}"', text, flags=re.MULTILINE)
            config.write_text(text, encoding="utf-8")
            (folder / day / VIEWS).write_text(_by_views(text), encoding="utf-8")
            wiring.load(config).open_data(refresh=True)


if __name__ == "__main__":  # in a process of its own: a child's peak memory begins with its parent's
    make(Path(sys.argv[1]), int(sys.argv[2]))
