"""Mappings of every kind for the rule that one which passes `check` never fails on any rows: drawn, not written."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

COLUMNS = {
    "elever": ["guid", "namn", "efter", "pnr", "eppn", "skydd", "x"],
    "ad": ["nummer", "upn", "x"],
    "inskr": ["elev", "enhet", "form", "ak", "till"],
    "skolor": ["kod", "namn"],
    "grupper": ["grupp", "namn", "kod", "elev"],
}
_TO_TEXT = ["date(%Y-%m-%d)", "personnummer", "uuid", "lower", "upper", "pad(8)", "pattern([0-9]+)"]
_GROUP = ["      groupType: {text: Klass}", "      schoolType: {text: GR}"]
_ANY = [*_TO_TEXT, "integer", "boolean", "split(,)", "join(-)", "first"]
Draw = Any


def columns(source: str) -> st.SearchStrategy[str]:
    return st.sampled_from(COLUMNS[source])


@st.composite
def conversions(draw: Draw) -> str:
    """An `as:` or nothing: mostly one that can be, now and then any."""
    if draw(st.integers(0, 60)) == 7:
        steps = draw(st.lists(st.sampled_from(_ANY), min_size=1, max_size=3))
    else:
        steps = draw(st.lists(st.sampled_from(_TO_TEXT), max_size=2))
        steps += draw(st.sampled_from([[], [], [], ["split(,)", "first"], ["split(-)", "join( )"]]))
    return ", as: [" + ", ".join(f'"{step}"' for step in steps) + "]" if steps else ""


@st.composite
def conditions(draw: Draw, source: str) -> str:
    said = draw(
        st.sampled_from(
            [
                "a",
                "[a, J]",
                "empty",
                "{not: empty}",
                "{not: [a, S]}",
                "{on_or_after: today, or: empty}",
                "{on_or_before: today-3d}",
                f"{{in: [a, J]{draw(conversions())}}}",
                f"{{on_or_after: 2026-01-01{draw(conversions())}}}",
            ]
        )
    )
    return f"{{{draw(columns(source))}: {said}}}"


@st.composite
def options(draw: Draw, source: str) -> str:
    empty = draw(st.sampled_from([*[""] * 10, *[", empty: omit", ", empty: reject"] * 4, ", empty: omit_item"]))
    when = f", when: {draw(conditions(source))}" if draw(st.integers(0, 5)) == 3 else ""
    return empty + when


@st.composite
def plain(draw: Draw, source: str, usual: str, depth: int = 0) -> str:
    """A plain value: often the usual column, else of any form."""
    form = draw(st.integers(0, 9))
    if form < 4:
        return usual
    if form < 7:
        codes = draw(st.sampled_from([*[""] * 4, ", codes: ord", ", codes: kallan", ", codes: ord, unknown: Ingen"]))
        return f"{{column: {draw(columns(source))}{draw(conversions())}{codes}{draw(options(source))}}}"
    if form == 7:
        text = draw(st.sampled_from(["GR", '"6"', "a@b.se", "Klass"]))
        return f"{{text: {text}, when: {draw(conditions(source))}}}"
    if form == 8 or depth:
        names = draw(st.tuples(columns(source), columns(source)))
        return f"{{format: '{{{names[0]}}}-{{{names[1]}}}'{draw(conversions())}{draw(options(source))}}}"
    inner = ", ".join(draw(plain(source, usual, depth + 1)) for _ in range(2))
    return f"{{first_of: [{inner}]{draw(options(source))}}}"


@st.composite
def many(draw: Draw, usual: str) -> str:
    """A list of plain values of a pupil."""
    one = draw(plain("elever", usual))
    return str(
        draw(
            st.sampled_from(
                [
                    usual,
                    one,
                    f"{{list: [{one}, {usual}]}}",
                    f"{{each: {{columns: [{usual}, x]}}, value: {{column: value{draw(conversions())}}}}}",
                    f"{{each: {{split: x, on: ','}}, value: {{column: value{draw(conversions())}, empty: omit_item}}}}",
                    f"{{each: ad, match: {{nummer: pnr}}, value: {draw(plain('ad', 'upn'))}}}",
                ]
            )
        )
    )


@st.composite
def keys(draw: Draw, source: str, usual: str) -> str:
    form = draw(st.integers(0, 30))
    if form < 20:
        return usual
    if form < 30:
        return f"{{column: {draw(columns(source))}{draw(conversions())}}}"
    return f"[{usual}, {draw(st.one_of(columns(source), st.just('{text: a}')))}]"


@st.composite
def reference(draw: Draw, source: str, to: str, usual: str) -> str:
    missing = draw(st.sampled_from([*[""] * 9, *[", missing: drop_object"] * 4, ", missing: drop_item"]))
    by = draw(st.sampled_from(["", "", ", by: namn"])) if to == "Organisation" else ""
    return f"{{ref: {to}, via: {draw(keys(source, usual))}{by}{missing}{draw(options(source))}}}"


@st.composite
def source(draw: Draw, name: str, key: str) -> str:
    parts = [f"key: {draw(st.sampled_from([key, key, key, draw(keys(name, key))]))}"]
    above = ["inskr", *list(COLUMNS)[: list(COLUMNS).index(name)]]
    other = draw(st.sampled_from([one for one in above if one != name]))
    if draw(st.integers(0, 4)) == 1:
        parts.append(f"keep: {draw(conditions(name))}")
    elif draw(st.integers(0, 4)) == 1:
        parts.append(f"keep: {{{draw(columns(name))}: {{found_in: {{{other}: {draw(columns(other))}}}}}}}")
    if draw(st.integers(0, 6)) == 1:
        parts.append(f"with: {{{other}: {{{draw(columns(other))}: {draw(columns(name))}}}}}")
    if draw(st.integers(0, 6)) == 1:
        parts.append(f"split: {{column: {draw(columns(name))}, on: ','}}")
    if draw(st.integers(0, 6)) == 1:
        parts.append(f"merge: {draw(st.sampled_from(['only', 'most']))}")
    if draw(st.integers(0, 6)) == 1:
        parts.append("empty: ['-', a]")
    return f"  {name}: {{{', '.join(parts)}}}"


@st.composite
def mappings(draw: Draw) -> str:
    """A mapping over COLUMNS: most pass `check`."""
    sources = [
        draw(source(name, key))
        for name, key in (("elever", "guid"), ("ad", "nummer"), ("skolor", "kod"), ("grupper", "grupp"))
    ]
    distinct = "{distinct: elever, by: [guid, namn, efter, pnr, eppn, skydd, x]}"
    rule = [f"  from: {draw(st.sampled_from(['elever', 'elever', 'elever', distinct]))}"]
    if draw(st.booleans()):
        rule.append(f"  keep: {draw(conditions('elever'))}")
    enrich = draw(st.booleans())
    if enrich:
        rule.append(f"  enrich: {{ad: {draw(keys('elever', 'pnr'))}}}")
    marks = ["{text: Ingen}", "{column: skydd, codes: skydd, unknown: protected}", "{column: skydd, codes: skydd}"]
    middle = draw(st.sampled_from(["ad.x", "{first_of: [ad.upn, x]}"])) if enrich else draw(plain("elever", "x"))
    numbers = ["pnr", f"{{column: pnr{draw(conversions())}}}", "{format: '{pnr}{x}'}", "{first_of: [x, pnr]}"]
    forms = ["form", "{text: GR}", f"{{column: form{draw(conversions())}}}", "{text: GR, when: {ak: '6'}}"]
    year = draw(
        st.sampled_from(["ak", "{column: ak, as: integer}", "{column: ak, as: 'pattern([0-9]+)'}"])
        | st.just(f"{{column: ak{draw(conversions())}}}")
    )
    return "\n".join(
        [
            "mapping: 1",
            "sources:",
            *sources,
            "codes:",
            '  ord: {a: GR, "": Ingen, J: Sekretessmarkering, otherwise: "6"}',
            "  skydd: {J: Sekretessmarkering, N: Ingen}",
            "  kallan: {from: skolor, key: namn, value: kod}",
            "Organisation:",
            "  from: skolor",
            "  id: {school_unit: kod}",
            f"  fields: {{displayName: {draw(plain('skolor', 'namn'))}, schoolUnitCode: kod}}",
            "Person:",
            *rule,
            f"  id: {{uuid5: {draw(keys('elever', 'guid'))}}}",
            "  fields:",
            f"    givenName: {draw(plain('elever', 'namn'))}",
            f"    middleName: {middle}",
            "    familyName: efter",
            f"    civicNo.value: {draw(st.sampled_from(numbers))}",
            f"    eduPersonPrincipalNames: {draw(many('eppn'))}",
            f"    securityMarking: {draw(st.sampled_from(marks))}",
            f"    emails: {{list: [{{value: {draw(plain('elever', 'eppn'))}, type: {{text: Skola elev}}}}]}}",
            "    enrolments:",
            "      each: inskr",
            f"      match: {{elev: {{column: guid{draw(conversions())}}}}}",
            f"      keep: {draw(conditions('inskr'))}" if draw(st.booleans()) else "      unmatched: report",
            "      fields:",
            f"        enroledAt: {draw(reference('inskr', 'Organisation', 'enhet'))}",
            f"        schoolType: {draw(st.sampled_from(forms))}",
            f"        schoolYear: {year}",
            "Group:",
            "  - from: grupper",
            f"    id: {{uuid5: {draw(keys('grupper', 'grupp'))}}}",
            "    fields:",
            f"      displayName: {draw(plain('grupper', 'namn'))}",
            *_GROUP,
            f"      organisation: {draw(reference('grupper', 'Organisation', 'kod'))}",
            "      groupMemberships:",
            "        each: elever",
            "        match: {guid: elev}",
            f"        fields: {{person: {draw(reference('elever', 'Person', 'guid'))}}}",
            "  - from: {distinct: inskr, by: [enhet, ak]}",
            f"    keep: {draw(conditions('inskr'))}",
            "    id: {uuid5: [enhet, ak]}",
            "    fields:",
            "      displayName: ak",
            *_GROUP,
            "      organisation: {ref: Organisation, via: enhet}",
            "",
        ]
    )
