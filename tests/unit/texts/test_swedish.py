"""What a school reads is Swedish: every code, and every sentence that is said of a row or an object."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.cli.check import DEFAULTS
from adapter.ss12000 import civicno, rules
from adapter.texts import english, messages, swedish

ROOT = Path(__file__).parents[3]
FILES = [
    path
    for room in ("mapping", "sync", "ss12000")
    for path in sorted((ROOT / "adapter" / room).rglob("*.py"))
    if "differences" not in path.parts
]
SAYS = {"RowFinding", "ItemFinding", "finding", "Violation", "report", "Finding"}
OF_ROWS = re.compile(r"(M3(?!43|48|52)\d\d|R\d{3}|S15[01])\Z")
"""Codes of what is said of rows and objects; the others are for whoever runs the program."""


def template(node: ast.expr) -> list[str]:
    """A text as it is written, {} for what is filled in; both where it is one of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        return ["".join(map(str, parts))]
    if isinstance(node, ast.IfExp):
        return [*template(node.body), *template(node.orelse)]
    return []


def said(path: Path) -> Iterator[str]:
    """What a file says of rows: in the call itself, or in a name that its function has given before."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        given: dict[str, list[str]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                given.setdefault(node.targets[0].id, []).extend(template(node.value))
        for node in ast.walk(function):
            if not isinstance(node, ast.Call) or len(node.args) < 2:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            code, message = node.args[0], node.args[2 if name == "Violation" else 1]
            if name in SAYS and isinstance(code, ast.Constant) and OF_ROWS.match(str(code.value)):
                yield from template(message) or given.get(getattr(message, "id", ""), [])


def raised(path: str) -> list[str]:
    """What a file says of a value by raising ValueError, but for what is wrong with the mapping."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    calls = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
    texts = [text for call in calls if call.args for text in template(call.args[0])]
    return [text for text in texts if text.startswith(("is ", "has ", "holds ", "does not "))]


COUNTED = {
    "{} a ": ("1 row has a ", "7 rows have a "),
    "{} encoded": ("1 cell was encoded", "7 cells were encoded"),
    "{} written": ("1 cell was written", "7 cells were written"),
    "{} {}, a part": ("1 row lacks x, a part", "7 rows lack x, a part"),
}
"""Sentences that begin with how many: as they are for one and for seven."""


def counted(text: str) -> list[str]:
    for beginning, both in COUNTED.items():
        if text.startswith(beginning):
            return [text.replace(beginning, one, 1) for one in both]
    return [text]


SENTENCES = sorted(
    {
        *(text for path in FILES for found in said(path) for text in counted(found)),
        *raised("adapter/mapping/conversions.py"),
        *raised("adapter/ss12000/models.py"),
        *(why for _, why in civicno._REFUSALS if why != "is empty"),
        civicno.WRONG_CHECK_DIGIT,
    }
    - {"{}"}
)


def test_the_two_languages_have_the_same_codes() -> None:
    assert list(swedish.PAGES) == list(english.PAGES)


@pytest.mark.parametrize("text", SENTENCES)
def test_every_sentence_about_rows_and_objects_is_there_in_swedish(text: str) -> None:
    assert messages.swedish(text.replace("{}", "x")) != ""


def reasons(path: str) -> list[str]:
    """Why a gate holds: the long texts of a file, which name a limit, a share or a mark."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    texts = [text for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for text in template(node)]
    return [text for text in texts if "gate.max_" in text or "good run" in text or "moved" in text]


@pytest.mark.parametrize(
    "text", [*reasons("adapter/sync/gate/limits.py"), *reasons("adapter/sync/watch.py"), *DEFAULTS]
)
def test_why_a_run_was_held_and_what_is_taken_for_granted_is_there_in_swedish(text: str) -> None:
    assert any(messages.swedish(text.replace("{}", word)) for word in ("x", "deleted", "identity"))


def test_reasons_are_found_in_the_code() -> None:
    assert len(reasons("adapter/sync/gate/limits.py")) >= 8
    assert len(reasons("adapter/sync/watch.py")) == 3


def test_sentences_are_found_in_the_code() -> None:
    assert len(SENTENCES) > 60


@pytest.mark.parametrize("english_text", messages.SENTENCES)
def test_a_sentence_has_as_many_gaps_in_both_languages(english_text: str) -> None:
    assert english_text.count("{}") == messages.SENTENCES[english_text].count("{}")


def test_what_is_filled_in_stays_and_is_translated_where_it_is_a_sentence() -> None:
    assert messages.swedish("is not in the code list skydd") == "finns inte i kodlistan skydd"
    assert messages.swedish("is not a date (ÅÅÅÅ-MM-DD), so the condition on it cannot be told") == (
        "är inget datum (ÅÅÅÅ-MM-DD), så villkoret på det går inte att avgöra"
    )


def test_the_value_stands_where_it_stood_and_is_no_part_of_the_sentence() -> None:
    assert messages.swedish("'nian {0} %s' is not a whole number") == "'nian {0} %s' är inget heltal"


def test_what_a_value_says_is_not_translated() -> None:
    assert messages.swedish("'is empty' is not a whole number") == "'is empty' är inget heltal"


def test_an_attribute_has_the_name_that_a_school_has_for_it() -> None:
    assert swedish.attribute("Person.civicNo.value") == "personnummer"
    assert swedish.attribute("Group.id 1f8e") == "gruppens id"
    assert swedish.attribute("kolumnen") == "kolumnen"


@pytest.mark.parametrize("form", ["schoolUnitCode", "emails.value"])
def test_the_forms_of_the_profile_are_told_in_swedish(form: str) -> None:
    assert messages.swedish(f"has another form than {rules._FORMS[form]}").endswith(("siffror", "domän"))
