"""The same task as an administrator would write it with pandas. `python -m benchmarks.by_pandas DAY STATE`

Persons, groups with members, duties and activities as JSON lines with a digest each, in one SQLite table; what differs
from last night is replaced. It makes as many objects as the sync, but for those that the demo has mistakes in; it finds
no mistake.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
import sys
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd

FORMS = {"Grundskola": "GR", "Gymnasieskola": "GY", "Komvux": "VUXGY"}
_SPACE = uuid.UUID(int=1)


def objects(day: Path) -> dict[str, dict[str, Any]]:
    """All objects by id."""
    today = dt.date.today().isoformat()

    def read(name: str) -> pd.DataFrame:
        path = day / (name if name.endswith(".csv") else f"csv/{name}.csv")
        return pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding="cp1252")

    def current(frame: pd.DataFrame, first: str = "FRAN", last: str = "TILL") -> pd.DataFrame:
        return frame[(frame[first] <= today) & ((frame[last] == "") | (frame[last] >= today))]

    def ids(kind: str, *columns: pd.Series) -> list[str]:
        return [str(uuid.uuid5(_SPACE, "|".join((kind, *key)))) for key in zip(*columns, strict=True)]

    def number(text: str) -> str:
        digits = text.replace("-", "").replace(" ", "")
        return digits if len(digits) == 12 else ("20" if digits[:2] <= today[2:4] else "19") + digits

    accounts = read("ad-export.csv")
    accounts["number"] = accounts["Personnummer"].map(number)
    pupils = current(read("ELEV"), "LASAR_FRAN", "LASAR_TILL")
    pupils = pupils[(pupils["STATUS"] == "A") & (pupils["SKYDD"] == "")].assign(number=pupils["PNR"].map(number))
    pupils = pupils.merge(accounts[accounts["Roll"] == "Elev"], on="number")
    places = current(read("INSKRIVNING"))
    places = places[places["SKOLFORM"].isin(FORMS)]
    pupils = pupils[pupils["ELEV_ID"].isin(places["ELEV_ID"])]
    pupils["id"] = ids("Person", pupils["ELEV_ID"])
    staff = read("PERSONAL")
    staff = staff[(staff["SLUTAT"] == "") & (staff["SKYDD"] == "")].assign(number=staff["PNR"].map(number))
    staff = staff.merge(accounts[accounts["Roll"] == "Personal"], on="number")
    duties = current(read("TJANST")).merge(staff[["ANST_ID"]], on="ANST_ID")
    staff = staff[staff["ANST_ID"].isin(duties["ANST_ID"])]
    enrolments = places.groupby("ELEV_ID")[["SKOLENHETSKOD", "SKOLFORM", "ARSKURS", "STUDIEVAG"]].apply(
        lambda found: found.to_dict("records")
    )
    made: dict[str, dict[str, Any]] = {}
    names = {"FORNAMN": "givenName", "EFTERNAMN": "familyName", "Användarnamn": "eppn", "E-post": "email"}
    for row in pupils.rename(columns=names).to_dict("records"):
        person = {name: row[name] for name in ("id", "number", *names.values())}
        made[row["id"]] = person | {"enrolments": enrolments[row["ELEV_ID"]]}
    for row, i in zip(staff.rename(columns=names).to_dict("records"), ids("Person", staff["ANST_ID"]), strict=True):
        made[i] = {name: row[name] for name in ("number", *names.values())}
    for row, i in zip(
        duties.to_dict("records"),
        ids("Duty", duties["ANST_ID"], duties["SKOLENHETSKOD"], duties["BEFATTNING"]),
        strict=True,
    ):
        made[i] = row
    classes = read("KLASS")
    classes = classes[classes["SKOLFORM"].isin(FORMS)].rename(columns={"KLASS_ID": "key"})
    tests = read("provaktiviteter.csv")
    groups = current(read("GRUPP"))
    groups = groups[groups["GRUPP_ID"].isin(tests["Grupp"])].rename(columns={"GRUPP_ID": "key"})
    members = current(read("GRUPPMEDLEM"))
    members = members[members["GRUPP_ID"].isin(groups["key"])].merge(pupils[["ELEV_ID", "id"]], on="ELEV_ID")
    for frame, of in ((classes, pupils.groupby("KLASS_ID")["id"]), (groups, members.groupby("GRUPP_ID")["id"])):
        in_it = of.apply(sorted)
        for row, i in zip(frame.to_dict("records"), ids("Group", frame["key"]), strict=True):
            if row["key"] in in_it.index:
                made[i] = {"name": row["NAMN"], "unit": row["SKOLENHETSKOD"], "members": in_it[row["key"]]}
    teachers = read("GRUPPLARARE").groupby("GRUPP_ID")["ANST_ID"].apply(sorted)
    tests = tests.merge(groups, left_on="Grupp", right_on="key")
    for row, i in zip(tests.to_dict("records"), ids("Activity", tests["Grupp"], tests["Provaktivitet"]), strict=True):
        made[i] = {"name": row["NAMN"], "test": row["Provaktivitet"], "teachers": teachers.get(row["Grupp"], [])}
    return made


def publish(state: Path, made: dict[str, dict[str, Any]]) -> None:
    """What differs from the state, into it."""
    with closing(sqlite3.connect(state)) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS object (id PRIMARY KEY, digest, body)")
        before = dict(database.execute("SELECT id, digest FROM object"))
        rows = []
        for i, values in made.items():
            body = json.dumps(values, ensure_ascii=False)
            digest = hashlib.sha256(body.encode()).hexdigest()
            if before.pop(i, None) != digest:
                rows.append((i, digest, body))
        database.executemany("INSERT OR REPLACE INTO object VALUES (?, ?, ?)", rows)
        database.executemany("DELETE FROM object WHERE id = ?", [(i,) for i in before])


if __name__ == "__main__":
    publish(Path(sys.argv[2]), objects(Path(sys.argv[1])))
