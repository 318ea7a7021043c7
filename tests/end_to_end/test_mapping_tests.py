"""`tests:` in a mapping are run by `check`, and a failing one says where and what."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.shell import command
from support.world import world


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mapping") / "w"
    with world(folder) as found:
        found.load().open_data(refresh=True)
    return folder


@pytest.fixture
def mapping(place: Path) -> object:
    file = place / "mapping.yaml"
    before = file.read_text(encoding="utf-8")
    yield file
    file.write_text(before, encoding="utf-8")


def test_the_demos_own_tests_pass(place: Path) -> None:
    done = command("check", at=place)
    assert (done.code, "2 tests of the mapping passed" in done.out) == (0, True), done


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("familyName: Ask", "familyName: Ek", "familyName is 'Ask', not 'Ek'"),
        ('schoolYear: "6"', 'schoolYear: "7"', "enrolments.schoolYear is '6', not '7'"),
        ("SKYDD: S}", 'SKYDD: ""}', "expects no findings, and has"),
        ("gives: {Person: []}", "gives: {Persons: []}", 'Did you mean "Person"?'),
        ("      inskrivning: [", "      inskrivningar: [", 'there is no source "inskrivningar"'),
        (
            'ARSKURS: "6", FRAN',
            'ARSKRS: "6", FRAN',
            'source "inskrivning" has no column "ARSKRS". Did you mean "ARSKURS"?',
        ),
        ("    gives:\n      Person:", "    gave:\n      Person:", 'Did you mean "gives"?'),
    ],
)
def test_a_test_that_fails_says_where_and_what(place: Path, mapping: Path, right: str, wrong: str, words: str) -> None:
    text = mapping.read_text(encoding="utf-8")
    assert right in text
    mapping.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    done = command("check", at=place)
    assert done.code == 2
    assert words in done.out
    assert "mapping.yaml:1" in done.out


def test_explain_tells_a_row_a_code_and_nothing(place: Path) -> None:
    assert command("explain", "M210", at=place).out.startswith("M210: ")
    assert command("explain", "M999", at=place).code == 2
    assert "nothing has this id or key" in command("explain", "no-such-key", at=place).out
    shown = command("preview", "Person", "--limit", "1", "--json", at=place).json["objects"][0]
    key = shown["row"]["ELEV_ID"]
    for what in (key, shown["object"]["id"], key.strip("{}").lower()):
        (found, *_) = command("explain", what, "--json", at=place).json["found"]
        assert found["id"] == shown["object"]["id"]
    command("sync", at=place)
    assert "published: version 1" in command("explain", key, at=place).out
