"""What the pages say is there in both languages, and nothing else is."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from adapter.admin import desk
from adapter.admin.charts import HEIGHT, WIDTH, bars
from adapter.admin.words import LANGUAGES, origin, value
from adapter.health import words as health
from adapter.health.alarms import Alarm
from adapter.health.words import told

SWEDISH, ENGLISH = LANGUAGES["sv"], LANGUAGES["en"]
TEMPLATES = {path.name: path.read_text(encoding="utf-8") for path in desk.TEMPLATES.glob("*.html")}
FAMILIES = ("outcome_", "did_", "waiting_", "state_", "why_", "kind_", "chart_", "one_", "severity_", "stage_")
"""Words that a template chooses by what it shows."""


def gaps(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


def test_both_languages_have_the_same_words() -> None:
    assert list(SWEDISH) == list(ENGLISH)
    assert [gaps(text) for text in SWEDISH.values()] == [gaps(text) for text in ENGLISH.values()]
    assert all(SWEDISH.values())
    assert all(ENGLISH.values())


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    used = {name for text in TEMPLATES.values() for name in re.findall(r"\bt\.(\w+)", text)}
    used |= {name for text in TEMPLATES.values() for name in re.findall(r'\("(\w+)", "/', text)}
    columns = {"created", "updated", "deleted", "read", "unchanged", "rejected", "kept", "withheld"}
    used -= {"get"}  # of the mapping itself
    assert used <= set(SWEDISH)
    left = set(SWEDISH) - used - columns
    assert {name for name in left if not name.startswith(FAMILIES)} == set()


@pytest.mark.parametrize("name", health.SWEDISH)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_alarm_is_a_whole_sentence_and_says_what_to_do(name: str, language: str) -> None:
    for number in (0, 1, 7):
        so, do = told(Alarm(name, "orsak", number), "https://exempel.se/api", language)  # type: ignore[arg-type]
        assert not gaps(so + do)
        assert "1 dagar" not in so
        assert "1 days" not in so
        assert len(do) > 10


def test_alarms_are_the_same_in_both_languages() -> None:
    from typing import get_args

    from adapter.health.alarms import Name

    assert list(health.SWEDISH) == list(health.ENGLISH)
    assert set(health.SWEDISH) == set(get_args(Name))


def test_no_page_runs_a_script_or_has_a_style_of_its_own() -> None:
    for name, text in TEMPLATES.items():
        assert not re.search(r"<script|<style|\bon\w+=|style=|javascript:|\| *safe", text), name
    sheet = (Path(desk.__file__).parent / "static" / "page.css").read_text(encoding="utf-8")
    assert "url(" not in sheet
    assert "@import" not in sheet


def test_every_form_that_does_something_carries_the_secret() -> None:
    for name, text in TEMPLATES.items():
        for form in re.findall(r'<form method="post".*?</form>', text, re.DOTALL):
            assert "csrf" in form or name == "login.html", name


def test_bars_fill_the_chart_and_no_more() -> None:
    chart = bars([(n, value) for n, value in enumerate([0.0, 5.0, 10.0] * 10)])
    assert chart.top == 10
    assert max(bar.x + bar.width for bar in chart.bars) <= WIDTH
    assert {bar.height for bar in chart.bars} == {0.0, HEIGHT / 2, HEIGHT}
    assert all(bar.y + bar.height == HEIGHT for bar in chart.bars)
    assert bars([]).bars == []
    assert bars([(1, 0.0)]).bars[0].height == 0


def test_values_and_origins_are_written_as_the_language_does() -> None:
    assert [value(text, SWEDISH) for text in ("0.6", "False", "1.2.3", "Ek")] == ["0,6", "nej", "1.2.3", "Ek"]
    assert [value(text, ENGLISH) for text in ("0.6", "False")] == ["0.6", "False"]
    assert origin("Person from elev", SWEDISH) == "Person ur elev"
    assert origin("Organisation by KOD", SWEDISH) == "Organisation genom KOD"
    assert origin('always "SE"', SWEDISH) == 'alltid "SE"'
    assert origin("SKYDD, codes skydd", ENGLISH) == "SKYDD, codes skydd"
