"""A first mapping from what tables look like: every guess is marked, and what nobody can guess is left to decide.

Nothing of a person gets into the text: only names of tables and columns, and the few different values of code columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from adapter.mapping.samples import Column, Sample
from adapter.mapping.synonyms import COLUMNS, DUTY_ROLES, MARKS, SCHOOL_TYPES, plain

DECIDE = "# DECIDE:"


def draft(samples: Sequence[Sample]) -> str:
    """The text of a first mapping."""
    return "\n".join(_Writer(samples).lines()) + "\n"


class _Writer:
    def __init__(self, samples: Sequence[Sample]) -> None:
        self.samples = samples
        self.by_kind = {sample.kind: sample for sample in reversed(samples)}
        self.codes: dict[str, list[str]] = {}
        self.used: dict[str, str] = {}

    def lines(self) -> Iterator[str]:
        rules = [*self._units(), *self._persons(), *self._duties(), *self._groups(), *self._activities()]
        yield "# A first draft. Each guess says how sure it is; `check` lists the lines that are left to decide."
        yield "mapping: 1"
        yield ""
        yield "sources:"
        for sample in self.samples:
            words = f"{sample.rows} rows; taken for {sample.kind or 'nothing that is needed'}"
            if sample.is_needed:
                yield f"  {self._described(sample)}  # {words}"
                yield from self._views(sample)
            else:
                yield f"  # {sample.source}: {words}: not read"
        if self.codes:
            yield ""
            yield "codes:"
            for name, entries in self.codes.items():
                yield f"  {name}:"
                yield from (f"    {entry}" for entry in entries)
        yield from rules

    # -- sources --------------------------------------------------------------------------------------------

    def _described(self, sample: Sample) -> str:
        if sample.kind == "accounts" and (number := sample.column("civicNo")):
            return f"{_q(sample.source)}: {{key: {{column: {_q(number.name)}, as: personnummer}}}}"
        if sample.kind in ("", "guardians", "members", "teachers", "enrolments", "tests"):
            return f"{_q(sample.source)}: {{}}"
        keep = self._dates(sample) if sample.kind == "pupils" and not self._person_key(sample).unique else ""
        key = self._key_of(sample)
        return f"{_q(sample.source)}: {{key: {key}{f', keep: {{{keep}}}' if keep else ''}}}"

    def _views(self, sample: Sample) -> Iterator[str]:
        """Who is both pupil and staff has two accounts: each kind gets a view of its own."""
        if sample.kind != "accounts" or not (number := sample.column("civicNo")):
            return
        for role, values in self._roles(sample).items():
            key = f"key: {{column: {_q(number.name)}, as: personnummer}}"
            column = sample.column("role")
            assert column is not None
            keep = f"{_q(column.name)}: [{', '.join(map(_q, values))}]"
            yield f"  {_q(f'{sample.source}_{role}')}: {{of: {_q(sample.source)}, {key}, keep: {{{keep}}}}}"

    def _roles(self, accounts: Sample) -> dict[str, list[str]]:
        """pupils and staff -> what a role column calls them; empty where it does not tell both."""
        column = accounts.column("role")
        values = _few(column, 20) if column else []
        found = {
            "pupils": [value for value in values if re.search(r"elev|pupil|student|barn", plain(value))],
            "staff": [value for value in values if re.search(r"personal|staff|larar|teacher|faculty", plain(value))],
        }
        return found if all(found.values()) else {}

    def _key_of(self, sample: Sample) -> str:
        if sample.kind in ("pupils", "staff"):
            return _q(self._person_key(sample).name)
        if sample.kind == "units" and (code := sample.column("schoolUnitCode")):
            return _q(code.name)
        if sample.kind == "duties":
            parts = [self._link(sample, "staff"), sample.column("schoolUnitCode")]
            return f"[{', '.join(_q(part.name) for part in parts if part)}]"
        return _q(sample.key.name)

    def _person_key(self, sample: Sample) -> Column:
        """An id that is no personnummer: unique, or the first column where a person has several rows."""
        plain_ids = [c for c in sample.columns if c.unique and c.meaning not in ("civicNo", "eppn", "email")]
        return (plain_ids or sample.columns)[0]

    def _dates(self, sample: Sample) -> str:
        """`keep` on from and to dates, where there are any."""
        first, last = sample.column("from"), sample.column("to")
        parts = []
        if first:
            parts.append(f"{_q(first.name)}: {{on_or_before: today, or: empty}}")
        if last:
            parts.append(f"{_q(last.name)}: {{on_or_after: today, or: empty}}")
        return ", ".join(parts)

    def _link(self, sample: Sample | None, kind: str) -> Column | None:
        """The column whose values are keys of the table of that kind: by its values, not by its name."""
        target = self.by_kind.get(kind)
        if sample is None or target is None:
            return None
        wanted = (self._person_key(target) if kind in ("pupils", "staff") else target.key).values
        best = max(sample.columns, key=lambda column: _overlap(column, wanted), default=None)
        return best if best is not None and _overlap(best, wanted) > 0.8 else None

    # -- rules ------------------------------------------------------------------------------------------------

    def _units(self) -> Iterator[str]:
        units = self.by_kind.get("units")
        yield ""
        if units is None or (code := units.column("schoolUnitCode")) is None:
            yield f"{DECIDE} no table of school units was found; name one, or write its rows under `sources:`"
            return
        name = units.column("name")
        yield "Organisation:"
        yield f"  from: {_q(units.source)}"
        yield f"  id: {{school_unit: {_q(code.name)}}}  # {_sure(code)}"
        yield "  fields:"
        yield f"    displayName: {_q(name.name)}" if name else f"    displayName: {_q(code.name)}  {DECIDE} its name"
        yield f"    schoolUnitCode: {_q(code.name)}"

    def _persons(self) -> Iterator[str]:
        accounts = self.by_kind.get("accounts")
        yield ""
        yield "Person:"
        for kind, role in (("pupils", "Elev"), ("staff", "Personal")):
            person = self.by_kind.get(kind)
            if person is None:
                yield f"  {DECIDE} no table of {kind} was found"
                continue
            number = person.column("civicNo")
            yield f"  - from: {_q(person.source)}"
            if status := person.column("status"):
                values = ", ".join(map(_q, _few(status, 12)))
                yield f"    {DECIDE} which of {_q(status.name)} go on: keep: {{{_q(status.name)}: [{values}]}}"
            elif kind == "staff" and (keep := self._dates(person)):
                yield f"    keep: {{{keep}}}"
            yield f"    id: {{uuid5: {_q(self._person_key(person).name)}}}"
            if accounts is not None and number is not None:
                view = self._account_view(accounts, kind)
                yield f"    enrich: {{{_q(view)}: {{column: {_q(number.name)}, as: personnummer}}}}"
            yield "    fields:"
            yield from self._names(person, number)
            yield from self._account(person, accounts, role)
            if kind == "pupils":
                yield from self._enrolments(person)

    def _account_view(self, accounts: Sample, kind: str) -> str:
        return f"{accounts.source}_{kind}" if self._roles(accounts) else accounts.source

    def _names(self, person: Sample, number: Column | None) -> Iterator[str]:
        for attribute in ("givenName", "middleName", "familyName"):
            if column := person.column(attribute):
                yield f"      {attribute}: {_q(column.name)}  # {_sure(column)}"
        if number is not None:
            yield f"      civicNo.value: {{column: {_q(number.name)}, as: personnummer}}  # {_sure(number)}"
        mark = person.column("securityMarking")
        if mark is None:
            yield f"      securityMarking: {{text: Sekretessmarkering}}  {DECIDE} where is it told who is protected?"
            return
        entries = [
            f"{_q(value)}: {MARKS.get(plain(value), 'Sekretessmarkering')}" for value in sorted({*_few(mark, 12), ""})
        ]
        self.codes.setdefault("skydd", [*entries, f"{DECIDE} is this what the marks mean?"])
        yield f"      securityMarking: {{column: {_q(mark.name)}, codes: skydd, unknown: protected}}  # {_sure(mark)}"

    def _account(self, person: Sample, accounts: Sample | None, role: str) -> Iterator[str]:
        for sample in (person, accounts):
            if sample is not None and (name := sample.column("eppn")):
                before = "" if sample is person else f"{self._account_view(sample, person.kind)}."
                yield f"      eduPersonPrincipalNames: {_q(before + name.name)}  # {_sure(name)}"
                if mail := sample.column("email"):
                    kind = "Skola elev" if role == "Elev" else "Skola personal"
                    value = f"{{column: {_q(before + mail.name)}, empty: omit_item}}"
                    yield f"      emails: {{list: [{{value: {value}, type: {{text: {kind}}}}}]}}"
                return
        yield f"      eduPersonPrincipalNames: {_q(self._person_key(person).name)}  {DECIDE} where are the user names?"

    def _enrolments(self, pupils: Sample) -> Iterator[str]:
        source = self.by_kind.get("enrolments") or pupils
        link, unit, form = self._link(source, "pupils"), source.column("schoolUnitCode"), source.column("schoolType")
        if link is None or unit is None:
            yield f"      {DECIDE} enrolments: where does it say which school a pupil goes to?"
            return
        self._school_types(form)
        year, programme = source.column("schoolYear"), source.column("educationCode")
        yield "      enrolments:"
        yield f"        each: {_q(source.source)}"
        yield f"        match: {{{_q(link.name)}: {_q(self._person_key(pupils).name)}}}"
        conditions = [self._dates(source)] if self._dates(source) else []
        if form:
            known = [_q(value) for value in sorted(form.values) if plain(value) in SCHOOL_TYPES]
            conditions.append(f"{_q(form.name)}: [{', '.join(known)}]")
        if conditions:
            yield f"        keep: {{{', '.join(conditions)}}}"
        yield "        fields:"
        yield f"          enroledAt: {{ref: Organisation, via: {_q(unit.name)}}}"
        yield f"          schoolType: {self._school_type(form)}"
        if year:
            yield f"          schoolYear: {{column: {_q(year.name)}, as: integer, empty: omit}}"
        if programme:
            yield f"          educationCode: {_q(programme.name)}"

    def _duties(self) -> Iterator[str]:
        duties = self.by_kind.get("duties")
        link, unit = self._link(duties, "staff"), duties.column("schoolUnitCode") if duties else None
        staff = self.by_kind.get("staff")
        yield ""
        if duties is None or link is None or unit is None or staff is None:
            yield f"{DECIDE} no table of staff's work at schools was found; without it no staff are published"
            return
        role = duties.column("dutyRole")
        yield "Duty:"
        yield f"  from: {_q(duties.source)}"
        if keep := self._dates(duties):
            yield f"  keep: {{{keep}}}"
        yield f"  id: {{uuid5: [{', '.join(_q(c.name) for c in (link, unit, role) if c)}]}}"
        yield "  fields:"
        yield f"    person: {{ref: Person, of: {_q(staff.source)}, via: {_q(link.name)}}}  # {_sure(link)}"
        yield f"    dutyAt: {{ref: Organisation, via: {_q(unit.name)}}}"
        if role is None:
            yield f"    dutyRole: {{text: Annan personal}}  {DECIDE} what do they do?"
            return
        entries = [
            f"{_q(value)}: {DUTY_ROLES.get(plain(value), 'Annan personal')}" for value in _few(role, 80) if value
        ]
        self.codes["befattning"] = [*entries, "otherwise: Annan personal"]
        yield f"    dutyRole: {{column: {_q(role.name)}, codes: befattning}}  # {_sure(role)}"

    def _groups(self) -> Iterator[str]:
        yield ""
        yield "Group:"
        yield from self._group("classes", "Klass")
        yield from self._group("groups", "Undervisning")

    def _group(self, kind: str, group_type: str) -> Iterator[str]:
        group, pupils = self.by_kind.get(kind), self.by_kind.get("pupils")
        if group is None or pupils is None:
            yield f"  {DECIDE} no table of {kind} was found"
            return
        unit, form, name = group.column("schoolUnitCode"), group.column("schoolType"), group.column("name")
        tests = self.by_kind.get("tests")
        tested = self._link(tests, "groups") if group_type == "Undervisning" else None
        self._school_types(form)
        yield f"  - from: {_q(group.source)}"
        conditions = [self._dates(group)] if self._dates(group) else []
        if form and form.values - {value for value in form.values if plain(value) in SCHOOL_TYPES}:
            known = [_q(value) for value in sorted(form.values) if plain(value) in SCHOOL_TYPES]
            conditions.append(f"{_q(form.name)}: [{', '.join(known)}]")
        if tests is not None and tested is not None:
            conditions.append(f"{_q(group.key.name)}: {{found_in: {{{_q(tests.source)}: {_q(tested.name)}}}}}")
        if conditions:
            yield f"    keep: {{{', '.join(conditions)}}}"
        yield f"    id: {{uuid5: {_q(group.key.name)}}}"
        yield "    fields:"
        yield f"      displayName: {_q((name or group.key).name)}"
        yield f"      groupType: {{text: {group_type}}}"
        yield f"      schoolType: {self._school_type(form)}"
        if unit:
            yield f"      organisation: {{ref: Organisation, via: {_q(unit.name)}}}"
        else:
            yield f"      {DECIDE} organisation: which column tells the group's school?"
        yield from self._members(group, kind, pupils)

    def _members(self, group: Sample, kind: str, pupils: Sample) -> Iterator[str]:
        members = self.by_kind.get("members") if kind == "groups" else pupils
        to_group = self._link(members, kind)
        to_pupil = self._link(members, "pupils") if members is not pupils else self._person_key(pupils)
        if members is None or to_group is None or to_pupil is None:
            yield f"      {DECIDE} groupMemberships: where does it say who is in it?"
            return
        yield "      groupMemberships:"
        yield f"        each: {_q(members.source)}"
        yield f"        match: {{{_q(to_group.name)}: {_q(group.key.name)}}}  # {_sure(to_group)}"
        if members is not pupils and (keep := self._dates(members)):
            yield f"        keep: {{{keep}}}"
        yield f"        fields: {{person: {{ref: Person, of: {_q(pupils.source)}, via: {_q(to_pupil.name)}}}}}"

    def _activities(self) -> Iterator[str]:
        tests, groups = self.by_kind.get("tests"), self.by_kind.get("groups")
        to_group = self._link(tests, "groups")
        yield ""
        if tests is None or groups is None or to_group is None or (test := tests.column("test")) is None:
            yield f"{DECIDE} no table was found that tells which teaching group takes which national test"
            return
        unit, name, teachers = groups.column("schoolUnitCode"), groups.column("name"), self.by_kind.get("teachers")
        source = groups.source
        yield "Activity:"
        yield f"  from: {_q(tests.source)}"
        yield f"  id: {{uuid5: [{_q(to_group.name)}, {_q(test.name)}]}}"
        yield f"  enrich: {{{_q(source)}: {_q(to_group.name)}}}"
        yield "  fields:"
        yield f"    displayName: {_q(f'{source}.{(name or groups.key).name}')}"
        yield f"    groups: {{list: [{{ref: Group, of: {_q(source)}, via: {_q(to_group.name)}}}]}}"
        if unit:
            yield f"    organisation: {{ref: Organisation, via: {_q(f'{source}.{unit.name}')}}}"
        yield f"    parentActivity: {{ref: test_activity, via: {_q(test.name)}}}  # {_sure(test)}"
        by_group, by_staff = self._link(teachers, "groups"), self._link(teachers, "staff")
        if teachers is not None and by_group and by_staff and unit:
            yield "    teachers:"
            yield f"      each: {_q(teachers.source)}"
            yield f"      match: {{{_q(by_group.name)}: {_q(to_group.name)}}}"
            yield f"      fields: {{duty: {{ref: Duty, via: [{_q(by_staff.name)}, {_q(f'{source}.{unit.name}')}]}}}}"

    def _school_types(self, form: Column | None) -> None:
        for value in sorted(form.values) if form else ():
            known = SCHOOL_TYPES.get(plain(value))
            if known and f"{_q(value)}: {known}" not in self.codes.setdefault("skolform", []):
                self.codes["skolform"].append(f"{_q(value)}: {known}")

    def _school_type(self, form: Column | None) -> str:
        if form is None:
            return f"{{text: GR}}  {DECIDE} which form of school?"
        return f"{{column: {_q(form.name)}, codes: skolform}}"


def _few(column: Column, most: int) -> list[str]:
    """A code column's texts; none of a column that has so many that they may be about persons."""
    return sorted(column.values) if len(column.values) <= most else []


def _overlap(column: Column, wanted: set[str]) -> float:
    """How much of a column's texts are keys of another table; a hundredth less for each that stands further right."""
    some = {text for text in column.values if text}
    return len(some & wanted) / len(some) if some else 0.0


def _sure(column: Column) -> str:
    by_name = plain(column.name) in COLUMNS
    return "guess, 90 %: by its name" if by_name else "guess, 80 %: by what stands in it"


def _q(name: str) -> str:
    """A name as YAML: in quotes where it would not be plain."""
    if re.fullmatch(r"[A-Za-zÅÄÖåäö_][\wÅÄÖåäö.-]*", name) and name not in ("empty", "today"):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
