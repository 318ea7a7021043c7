"""Every word of the language in every place: it works there, or is refused by its name and the place's."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import small_school
from support.mapping import compiled, digests
from support.small_school import UNIT, Rows, number

from adapter.cases.examples import run_tests
from adapter.mapping import language

MANUAL = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
TABLES = {
    "elever": [
        {
            "guid": f"0000000{n}-0000-4000-8000-000000000000",
            "pnr": number("20140101", n),
            "namn": "Alva",
            "efter": "Ek",
            "eppn": f"x{n}@edu.exempel.se",
        }
        | {
            "skydd": "N",
            "status": "A",
            "slut": "",
            "klass": "6A",
            "kod": UNIT,
            "skola": "Norra",
            "lista": "a,b",
            "ak": "6",
        }
        for n in range(1, 4)
    ],
    "ad": [{"pnr": number("20140101", n), "epost": f"y{n}@exempel.se", "extra": ""} for n in range(1, 4)],
    "skolor": [{"kod": UNIT, "namn": "Norra"}],
    "inskr": [{"guid": f"0000000{n}-0000-4000-8000-000000000000", "kod": UNIT, "ak": "6"} for n in range(1, 4)],
}
HEADERS = {name: list(rows[0]) for name, rows in TABLES.items()}
PERSON: dict[str, Any] = {
    "givenName": "namn",
    "familyName": "efter",
    "civicNo.value": "pnr",
    "eduPersonPrincipalNames": "eppn",
    "securityMarking": {"column": "skydd", "codes": "skydd"},
    "enrolments": {
        "list": [{"enroledAt": {"ref": "Organisation", "via": "kod"}, "schoolType": {"text": "GR"}, "schoolYear": "ak"}]
    },
}
BASE: dict[str, Any] = {
    "mapping": "1",
    "sources": {
        "elever": {"key": "guid"},
        "ad": {"key": "pnr"},
        "skolor": {"key": "kod"},
        "vy": {"of": "inskr", "key": "guid"},
    },
    "codes": {
        "skydd": {"N": "Ingen"},
        "skola": {"Norra": UNIT},
        "lista": {"from": "skolor", "key": "namn", "value": "kod"},
    },
    "Organisation": {
        "from": "skolor",
        "id": {"school_unit": "kod"},
        "fields": {"displayName": "namn", "schoolUnitCode": "kod"},
    },
    "Person": {"from": "elever", "id": {"uuid5": "guid"}, "enrich": {"ad": "pnr"}, "fields": PERSON},
    "Group": {
        "from": {"distinct": "elever", "by": ["kod", "klass"]},
        "id": {"uuid5": ["kod", "klass"]},
        "fields": {
            "displayName": "klass",
            "groupType": {"text": "Klass"},
            "schoolType": {"text": "GR"},
            "organisation": {"ref": "Organisation", "via": "kod"},
            "groupMemberships": {
                "each": "elever",
                "match": {"kod": "kod", "klass": "klass"},
                "fields": {"person": {"ref": "Person", "via": "guid"}},
            },
        },
    },
    "tests": [{"name": "a pupil", "rows": {"elever": []}}],
}
EACH = "Group.fields.groupMemberships"
PLACES: dict[str, tuple[str, Any]] = {
    # place -> where that is in BASE, and what stands there without the word that is tried
    "a mapping": ("", None),
    "a source": ("sources.vy", None),
    "`expect`": ("sources.vy.expect", {"min_rows": "1"}),
    "`split`": ("sources.vy.split", {"column": "kod"}),
    "a code list from a source": ("codes.lista", None),
    "a rule": ("Person", None),
    "`from`": ("Group.from", None),
    "`id`": ("Person.id", {}),
    "a condition": ("Person.keep.slut", {"or": "empty", "in": ["A"]}),
    "a key column": ("Person.fields.enrolments.list.0.enroledAt.via", {"column": "kod"}),
    "the form `column`": ("Person.fields.middleName", {"column": "klass"}),
    "the form `text`": ("Person.fields.middleName", {"text": "x"}),
    "the form `format`": ("Person.fields.middleName", {"format": "{klass}"}),
    "the form `first_of`": ("Person.fields.middleName", {"first_of": ["klass"]}),
    "the form `ref`": ("Person.fields.enrolments.list.0.enroledAt", None),
    "the form `list`": ("Person.fields.enrolments", None),
    "the form `each`": (EACH, None),
    "`each` over columns": ("Person.fields.eduPersonPrincipalNames.each", {"columns": ["eppn"]}),
    "`each` over parts": ("Person.fields.eduPersonPrincipalNames.each", {"split": "eppn"}),
    "a test": ("tests.0", None),
}
DUTY = {
    "from": "elever",
    "id": {"uuid5": "guid"},
    "fields": {
        "person": {"ref": "Person", "via": "guid"},
        "dutyAt": {"ref": "Organisation", "via": "kod"},
        "dutyRole": {"text": "Lärare"},
    },
}
ACTIVITY = {
    "from": {"distinct": "elever", "by": ["kod", "klass"]},
    "id": {"uuid5": ["kod", "klass"]},
    "fields": {
        "displayName": "klass",
        "groups": {"list": [{"ref": "Group", "via": ["kod", "klass"]}]},
        "organisation": {"ref": "Organisation", "via": "kod"},
        "parentActivity": {"ref": "test_activity", "via": {"text": "GRGRMAT01_6"}},
    },
}
VALUES: dict[str, Any] = {
    "of": "inskr", "key": "guid", "keep": {"kod": UNIT}, "expect": {"min_rows": "1"}, "empty": "-",
    "optional": ["saknas"],
    "split": {"column": "kod"}, "with": {"ad": {"pnr": "guid"}}, "merge": "most", "rows": [{"guid": "1"}],
    "min_rows": "1", "max_shrink": "7%", "max_age": "36h", "column": "kod", "on": ";", "from": "elever",
    "when": {"status": "A"}, "id": {"uuid5": "guid"}, "enrich": {"ad": "pnr"}, "fields": PERSON, "same_id": "merge",
    "distinct": "elever", "by": "kod", "uuid": "guid", "uuid5": "guid", "school_unit": "kod", "in": ["A"], "not": "S",
    "found_in": {"skolor": "kod"}, "on_or_before": "today", "on_or_after": "today", "or": "empty", "as": "lower",
    "codes": "skola", "unknown": "omit", "text": UNIT, "format": "{kod}", "first_of": ["kod", "klass"],
    "ref": "Organisation", "via": "kod", "missing": "drop_object", "list": [], "each": "elever",
    "match": {"kod": "kod", "klass": "klass"}, "value": "value", "unmatched": "report", "columns": ["eppn"],
    "otherwise": UNIT, "name": "a pupil", "today": "2026-11-23", "gives": {"Person": []}, "issues": [],
    "mapping": "1", "sources": BASE["sources"], "tests": [], "Duty": DUTY, "Activity": ACTIVITY,
    **{kind: BASE[kind] for kind in ("Organisation", "Person", "Group")},
}  # fmt: skip
SPECIAL: dict[tuple[str, str], Any] = {
    # where a word needs others beside it, or another value: all that stands there
    ("`expect`", "columns"): {"columns": ["guid", "kod"]},
    ("a source", "rows"): {"rows": [{"guid": "1", "kod": UNIT}], "key": "guid"},
    ("a source", "merge"): {"of": "inskr", "key": "guid", "merge": "most"},
    ("a rule", "keep"): {**BASE["Person"], "keep": {"status": "A"}},
    ("a code list from a source", "key"): {"from": "skolor", "key": "namn", "value": "kod"},
    ("a code list from a source", "from"): {"from": "skolor", "key": "namn", "value": "kod"},
    ("a code list from a source", "value"): {"from": "skolor", "key": "namn", "value": "kod"},
    ("`from`", "by"): {"distinct": "elever", "by": ["kod", "klass"]},
    ("`id`", "school_unit"): "Organisation",
    ("`id`", "uuid"): {"uuid": "guid"},
    ("a key column", "text"): {"text": UNIT},
    ("a key column", "first_of"): {"first_of": ["kod", {"column": "skola", "codes": "skola"}]},
    ("a key column", "codes"): {"column": "skola", "codes": "skola"},
    ("the form `column`", "codes"): {"column": "skola", "codes": "skola"},
    ("the form `column`", "unknown"): {"column": "klass", "codes": "skola", "unknown": "omit"},
    ("the form `ref`", "of"): {"ref": "Organisation", "via": "kod", "of": "skolor"},
    ("the form `list`", "list"): PERSON["enrolments"],
    ("the form `each`", "keep"): {**BASE["Group"]["fields"]["groupMemberships"], "keep": {"status": "A"}},
    ("the form `each`", "value"): {
        "each": "elever",
        "match": {"kod": "kod", "klass": "klass"},
        "value": {"person": {"ref": "Person", "via": "guid"}},
    },
    ("the form `each`", "fields"): BASE["Group"]["fields"]["groupMemberships"],
    ("`each` over parts", "split"): {"split": "eppn"},
    ("a mapping", "codes"): BASE,
    ("a test", "rows"): {"name": "a pupil", "rows": {"elever": []}},
    ("the form `each`", "when"): {**BASE["Group"]["fields"]["groupMemberships"], "when": {"klass": "6A"}},
    **{
        (f"the form `{form}`", "empty"): {**there, "empty": "omit"}
        for form, there in (
            ("column", {"column": "klass"}),
            ("format", {"format": "{klass}"}),
            ("first_of", {"first_of": ["klass"]}),
            ("ref", {"ref": "Organisation", "via": "kod"}),
        )
    },
}  # fmt: skip
WORDS = sorted({word for words in language.PLACES.values() for word in words})
ALLOWED = [(place, word) for place, words in language.PLACES.items() for word in words]
REFUSED = [(place, word) for place, words in language.PLACES.items() for word in WORDS if word not in words]
REFUSED.remove(("`each` over columns", "split"))  # the word that tells the two apart: then it is over parts
AS_TOLD = {"a rule": "a rule for Person"}


def put(tree: Any, path: str, value: Any) -> None:
    *above, last = path.split(".")
    node, steps = tree, []
    for step in above:  # names of attributes have dots in them
        steps.append(step)
        if isinstance(node, list):
            node, steps = node[int(step)], []
        elif ".".join(steps) in node:
            node, steps = node[".".join(steps)], []
        else:
            node = node.setdefault(step, {})
            steps = []
    node[int(last) if isinstance(node, list) else last] = value


def standing(place: str) -> Any:
    path, there = PLACES[place]
    if there is not None:
        return there
    node: Any = BASE
    for step in path.split(".") if path else ():
        node = node[int(step)] if isinstance(node, list) else node[step]
    return node


def mapping(place: str, word: str) -> str:
    tree = copy.deepcopy(BASE)
    table = SPECIAL.get((place, word)) or {**copy.deepcopy(standing(place)), word: VALUES[word]}
    path = PLACES[place][0]
    if place == "a mapping":
        tree = copy.deepcopy(table)
    elif "each` over" in place:
        tree["Person"]["fields"]["eduPersonPrincipalNames"] = {"each": table, "value": "value"}
    elif table != "Organisation":
        put(tree, path, table)
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)


@pytest.mark.parametrize(("place", "word"), ALLOWED)
def test_a_word_works_where_it_may_stand(place: str, word: str) -> None:
    text = mapping(place, word)
    assert [str(finding) for finding in compiled(text, HEADERS).errors] == []
    assert digests(text, TABLES)["Organisation"]
    if place == "a test":
        inputs = small_school.inputs({name: Rows(rows) for name, rows in TABLES.items()}, mapping=text)
        assert run_tests(inputs, HEADERS).findings == []


@pytest.mark.parametrize(("place", "word"), REFUSED)
def test_a_word_is_refused_where_it_may_not_stand(place: str, word: str) -> None:
    text = mapping(place, word)
    found = [str(finding) for finding in compiled(text, HEADERS).errors]
    if place == "a test":
        inputs = small_school.inputs({name: Rows(rows) for name, rows in TABLES.items()}, mapping=text)
        found = [str(finding) for finding in run_tests(inputs, HEADERS).findings]
    called = re.sub(r"the form (`\w+`)", r"\1", AS_TOLD.get(place, place))
    named = [line for line in found if (f'"{word}"' in line or f"`{word}`" in line) and called in line]
    assert named, found


def test_the_manual_has_the_grammar_as_the_language_has_it() -> None:
    section = MANUAL.partition("### Where each word may stand\n")[2].partition("\n### ")[0]
    told = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section, flags=re.MULTILINE))
    places = {word: [place for place, words in language.PLACES.items() if word in words] for word in WORDS}
    assert told == {word: " · ".join(found) for word, found in places.items()}
