"""What the sync is measured against: a loop written by hand for the demo's schema.

It makes the same documents, digests and tables, byte for byte (`differing` says so), and nothing else: no message, no
position, no history, no gate; of the mistakes that data have it knows those that the demo has.
`python -m benchmarks.by_hand DAY STATE`; `python -m benchmarks.by_hand same STATE STATE`
"""

from __future__ import annotations

import csv
import datetime as dt
import gc
import hashlib
import re
import sqlite3
import sys
import time
import tomllib
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

KINDS = ("Organisation", "Person", "Group", "Duty", "Activity")
FORMS = {"Grundskola": "GR", "Gymnasieskola": "GY", "Komvux": "VUXGY"}
ROLES = {
    **{role: role for role in ("Rektor", "Lärare", "Förstelärare", "Skolsköterska")},
    "Speciallärare": "Speciallärare/specialpedagog",
}
_NUMBER = re.compile(r"(19|20)?(\d{6})[- ]?(\d{4}|TF\d\d)")
_NIL = uuid.UUID(int=0).bytes


def uuid5(namespace: bytes, name: str) -> str:
    """RFC 4122 version 5."""
    raw = hashlib.sha1(namespace + name.encode(), usedforsecurity=False).hexdigest()
    return f"{raw[:8]}-{raw[8:12]}-5{raw[13:16]}-{'89ab'[int(raw[16], 16) % 4]}{raw[17:20]}-{raw[20:32]}"


def civic(text: str, year: int) -> str:
    """Twelve characters; "" where the check digit is wrong."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return ""
    century, date, last = found.groups()
    century = century or ("20" if int(date[:2]) <= year % 100 else "19")
    if last.isdecimal():
        doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(date + last))
        if sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10:
            return ""
    return century + date + last


class Kind:
    """One type's table, in a transaction; `put` writes what differs from it."""

    def __init__(self, database: sqlite3.Connection, kind: str, now: int) -> None:
        self._database, self._kind, self._now, self._table = database, kind, now, f"published_{kind.lower()}"
        stamp = dt.datetime.fromtimestamp(now / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{now % 1000:03}Z"
        self._meta = f'{{"meta":{{"created":"{stamp}","modified":"{stamp}"}},'.encode()
        database.execute(
            f"CREATE TABLE IF NOT EXISTS {self._table} (rid INTEGER PRIMARY KEY AUTOINCREMENT, id NOT NULL, "
            "seq NOT NULL, version NOT NULL, digest NOT NULL, created NOT NULL, modified NOT NULL, body NOT NULL)"
        )
        for column in ("id", "seq"):
            database.execute(f"CREATE UNIQUE INDEX IF NOT EXISTS {self._table}_{column} ON {self._table} ({column})")
        self._seq = database.execute(f"SELECT coalesce(max(seq), 0) FROM {self._table}").fetchone()[0]
        self._before = dict(database.execute(f"SELECT id, digest FROM {self._table}"))
        self._new: list[tuple[Any, ...]] = []

    def put(self, i: str, values: dict[str, Any]) -> None:
        """An object as it is tonight."""
        body = orjson.dumps(values)
        digest = hashlib.sha256(body).digest()[:16]
        known = self._before.pop(i, None)
        if known == digest:
            return
        self._seq += 1
        if known is not None:
            self._database.execute(
                f"UPDATE {self._table} SET seq = ?, digest = ?, modified = ?, body = ? WHERE id = ?",
                (self._seq, digest, self._now, self._meta + body[1:], i),
            )
            return
        self._new.append((i, self._seq, digest, self._now, self._now, self._meta + body[1:]))
        if len(self._new) >= 2000:
            self._insert()

    def end(self) -> None:
        """All have been put; the others are gone."""
        self._insert()
        graves = [(self._kind, i, self._seq + n, self._now) for n, i in enumerate(self._before, 1)]
        self._database.executemany(f"DELETE FROM {self._table} WHERE id = ?", [(i,) for i in self._before])
        self._database.executemany("INSERT OR REPLACE INTO tombstone VALUES (?, ?, ?, 1, ?)", graves)

    def _insert(self) -> None:
        columns = "(id, seq, version, digest, created, modified, body)"
        self._database.executemany(f"INSERT INTO {self._table} {columns} VALUES (?, ?, 1, ?, ?, ?, ?)", self._new)
        self._new.clear()


class Loop:
    """One night."""

    def __init__(self, day: Path, state: dict[str, Kind]) -> None:
        self._day, self._state = day, state
        with (day / "config.toml").open("rb") as file:
            self._own = uuid.UUID(tomllib.load(file)["organiser"]["id_namespace"]).bytes
        now = dt.date.today()
        self._today, self._year = now.isoformat(), now.year
        self._needed: set[str] = set()  # school units
        self._staff: dict[str, tuple[str, dict[str, Any]]] = {}
        self._duty_of: dict[tuple[str, str], str] = {}

    def _rows(self, name: str, *columns: str) -> Iterator[tuple[str, ...]]:
        path = self._day / (name if name.endswith(".csv") else f"csv/{name}.csv")
        with path.open(encoding="cp1252", newline="") as file:
            reader = csv.reader(file, delimiter=";")
            head = next(reader)
            places = [head.index(column) for column in columns]
            for row in reader:
                yield tuple([row[place] for place in places])

    def _id(self, kind: str, *key: str) -> str:
        parts = [part[1:-1].lower() if part[:1] == "{" else part for part in key]
        return uuid5(self._own, "\x1f".join((kind, *parts)))

    def _counts(self, first: str, last: str) -> bool:
        return first <= self._today and (not last or last >= self._today)

    def run(self) -> None:
        """All objects of all types."""
        units = {code: (uuid5(_NIL, code), name) for code, name in self._rows("SKOLENHET", "SKOLENHETSKOD", "NAMN")}
        pupils = self._pupils(units)
        self._duties(units)
        self._groups(units, pupils)
        for code, (unit, name) in units.items():
            if unit in self._needed:
                values = {"id": unit, "displayName": name, "schoolUnitCode": code, "organisationType": "Skolenhet"}
                self._state["Organisation"].put(unit, values)

    def _pupils(self, units: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
        """Ids and classes of those who are enrolled, by their keys."""
        accounts: dict[tuple[str, str], tuple[str, str]] = {}
        for number, name, mail, role in self._rows("ad-export.csv", "Personnummer", "Användarnamn", "E-post", "Roll"):
            accounts[role, civic(number, self._year)] = name, mail
        places = defaultdict(list)
        wrong = set()
        for pupil, code, form, year, line, first, last in self._rows(
            "INSKRIVNING", "ELEV_ID", "SKOLENHETSKOD", "SKOLFORM", "ARSKURS", "STUDIEVAG", "FRAN", "TILL"
        ):
            if form not in FORMS or not self._counts(first, last):
                continue
            if year and not year.isdecimal():
                wrong.add(pupil)
            item: dict[str, Any] = {"enroledAt": {"id": units[code][0]}, "schoolType": FORMS[form]}
            if year.isdecimal():
                item["schoolYear"] = int(year)
            if line:
                item["educationCode"] = line
            places[pupil].append(item | {"cancelled": False})
        keys = {}
        columns = ("ELEV_ID", "LASAR_FRAN", "LASAR_TILL", "PNR", "FORNAMN", "MELLANNAMN", "EFTERNAMN", "SKYDD")
        for pupil, first, last, pnr, given, middle, family, mark, status, of in self._rows(
            "ELEV", *columns, "STATUS", "KLASS_ID"
        ):
            number = civic(pnr, self._year)
            account = accounts.get(("Elev", number))
            if status != "A" or not self._counts(first, last) or mark or not number or not account or pupil in wrong:
                continue
            enrolments = places.get(pupil)
            if enrolments is None:
                continue
            i = self._id("Person", pupil)
            keys[pupil] = i, of
            self._needed.update(item["enroledAt"]["id"] for item in enrolments)
            if len(enrolments) > 1:
                once = {orjson.dumps(item): item for item in enrolments}
                enrolments = [once[key] for key in sorted(once)]
            mails = [{"value": account[1], "type": "Skola elev"}] if account[1] else []
            person = self._person(i, given, middle, family, account[0], number, mails)
            self._state["Person"].put(i, person | {"enrolments": enrolments})
        for staff, pnr, given, family, mark, ended in self._rows(
            "PERSONAL", "ANST_ID", "PNR", "FORNAMN", "EFTERNAMN", "SKYDD", "SLUTAT"
        ):
            number = civic(pnr, self._year)
            account = accounts.get(("Personal", number))
            if ended or mark or not number or not account:
                continue
            i = self._id("Person", staff)
            mails = [{"value": account[1], "type": "Skola personal"}]
            self._staff[staff] = i, self._person(i, given, "", family, account[0], number, mails)
        return keys

    @staticmethod
    def _person(i: str, given: str, middle: str, family: str, name: str, number: str, mails: list[Any]) -> Any:
        found: dict[str, Any] = {"id": i, "givenName": given}
        if middle:
            found["middleName"] = middle
        found |= {
            "familyName": family,
            "eduPersonPrincipalNames": [name],
            "civicNo": {"value": number, "nationality": "SE"},
            "securityMarking": "Ingen",
        }
        if mails:
            found["emails"] = mails
        return found

    def _duties(self, units: dict[str, tuple[str, str]]) -> None:
        """Duties; and the staff who have one."""
        at_work = {}
        for staff, code, title, first, last in self._rows(
            "TJANST", "ANST_ID", "SKOLENHETSKOD", "BEFATTNING", "FRAN", "TILL"
        ):
            if staff not in self._staff or not self._counts(first, last):
                continue
            person, values = self._staff[staff]
            at_work[person] = values
            unit = units[code][0]
            self._needed.add(unit)
            i = self._duty_of[staff, code] = self._id("Duty", staff, code, title)
            role = ROLES.get(title, "Annan personal")
            duty = {"id": i, "person": {"id": person}, "dutyAt": {"id": unit}, "dutyRole": role}
            self._state["Duty"].put(i, duty)
        for person, values in at_work.items():
            self._state["Person"].put(person, values)

    def _groups(self, units: dict[str, tuple[str, str]], pupils: dict[str, tuple[str, str]]) -> None:
        in_class = defaultdict(list)
        for i, of in pupils.values():
            in_class[of].append(i)
        for key, name, code, form in self._rows("KLASS", "KLASS_ID", "NAMN", "SKOLENHETSKOD", "SKOLFORM"):
            if form in FORMS and in_class[key]:
                i = self._id("Group", key)
                self._group(i, name, "Klass", FORMS[form], units[code][0], in_class[key])
        tests = list(self._rows("provaktiviteter.csv", "Grupp", "Provaktivitet"))
        tested = {group for group, _ in tests}
        members = defaultdict(list)
        for group, pupil, first, last in self._rows("GRUPPMEDLEM", "GRUPP_ID", "ELEV_ID", "FRAN", "TILL"):
            if group in tested and pupil in pupils and self._counts(first, last):
                members[group].append(pupils[pupil][0])
        teachers = defaultdict(list)
        for group, staff in self._rows("GRUPPLARARE", "GRUPP_ID", "ANST_ID"):
            teachers[group].append(staff)
        known = {}
        for key, name, code, form, first, last in self._rows(
            "GRUPP", "GRUPP_ID", "NAMN", "SKOLENHETSKOD", "SKOLFORM", "FRAN", "TILL"
        ):
            if key in tested and self._counts(first, last) and members[key]:
                i = self._id("Group", key)
                self._group(i, name, "Undervisning", FORMS[form], units[code][0], members[key])
                known[key] = i, name, code
        for key, test in tests:
            if key not in known:
                continue
            group, name, code = known[key]
            i = self._id("Activity", key, test)
            found = {self._duty_of.get((staff, code)) for staff in teachers[key]} - {None}
            one: dict[str, Any] = {"id": i, "displayName": name, "activityType": "Undervisning"}
            one["groups"] = [{"id": group}]
            if found:
                one["teachers"] = [{"duty": {"id": duty}} for duty in sorted(map(str, found))]
            one |= {"organisation": {"id": units[code][0]}, "parentActivity": {"id": uuid5(_NIL, test)}}
            self._state["Activity"].put(i, one)

    def _group(self, i: str, name: str, of: str, form: str, unit: str, members: list[str]) -> None:
        self._needed.add(unit)
        values = {
            "id": i,
            "displayName": name,
            "groupType": of,
            "schoolType": form,
            "organisation": {"id": unit},
            "groupMemberships": [{"person": {"id": member}} for member in sorted(set(members))],
        }
        self._state["Group"].put(i, values)


def main(day: Path, state: Path) -> None:
    """One night, in one transaction."""
    gc.disable()
    now = int(time.time() * 1000)
    with closing(sqlite3.connect(state)) as database, database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS tombstone (type, id, seq, version, deleted, PRIMARY KEY (type, id))"
        )
        kinds = {kind: Kind(database, kind, now) for kind in KINDS}
        Loop(day, kinds).run()
        for kind in kinds.values():
            kind.end()


def differing(state: Path, other: Path) -> list[str]:
    """The ids that two states do not both publish, byte for byte but for the times."""
    found = []
    for kind in KINDS:
        query = f"SELECT id, digest, substr(body, instr(body, '}},')) FROM published_{kind.lower()}"
        with closing(sqlite3.connect(state)) as one, closing(sqlite3.connect(other)) as two:
            found += sorted({row[0] for row in set(one.execute(query)) ^ set(two.execute(query))})
    return found


if __name__ == "__main__":
    if sys.argv[1] == "same":
        found = differing(*map(Path, sys.argv[2:]))
        sys.exit(f"{len(found)} objects differ: {', '.join(found[:5])}" if found else 0)
    main(*map(Path, sys.argv[1:]))
