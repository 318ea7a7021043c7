"""Invented values keep what the mapping needs of the real ones: form, equality, a right or wrong check digit."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.small_school import number

from adapter.cases.disguise import Disguise
from adapter.ss12000 import civicno

TODAY = dt.date(2026, 11, 23)


def disguise() -> Disguise:
    return Disguise({"Lärare", "EG_klass", "31279295"}, lambda text: text == "GRGRMAT01_6", {"fornamn"}, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "6",
        "6B",
        "4-6",
        "2026-08-17",
        "20260817",
        "0000-00-00",
        "1900-01-01",
        "lärare",
        "31279295",
        "GRGRMAT01_6",
        "99",
        "007",
        "",
        " ",
        "-",
        "A",
    ],
)
def test_what_tells_of_nobody_stays(text: str) -> None:
    assert disguise().cell("x", text) == text


@pytest.mark.parametrize("text", ["20260817", "2026-08-17T08:00:00", "0000-00-00", "1900-01-01", "9999-12-31"])
def test_a_date_that_can_be_nobody_s_birth_stays(text: str) -> None:
    assert disguise().cell("x", text) == text


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Åsa-Karin", r"[A-ZÅÄÖ]\w\w-[A-ZÅÄÖ]\w{4}"),
        ("ÖBERG", r"[A-ZÅÄÖY]{5}"),
        ("004711", r"00\d{4}"),
        ("zx81@edu.kommunen.se", r"[a-zåäö]{2}81@exempel\.se"),
        ("{0F8FAD5B-D9CB-469F-A165-70867728950E}", r"\{[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-8000-[0-9A-F]{12}\}"),
        ("0f8fad5bd9cb469fa16570867728950e", r"[0-9a-f]{32}"),
        ("EG_4a1SUSANNE", r"EG_4a1[A-ZÅÄÖ]{7}"),
        ("20140109TF05", r"2014\d{4}TF05"),
        ("2014-01-09", r"2014-(0\d|1[012])-([01]\d|2[0-8])"),
        ("20140109", r"2014(0\d|1[012])([01]\d|2[0-8])"),
        ("1987-01-09T00:00:00", r"1987-(0\d|1[012])-([01]\d|2[0-8])T00:00:00"),
        ("20143109", r"\d{8}"),
    ],
)
def test_what_may_tell_of_somebody_keeps_its_form_alone(text: str, form: str) -> None:
    invented = disguise().cell("x", text)
    assert re.fullmatch(form, invented), invented
    assert invented != text


def test_in_a_column_of_names_no_word_of_the_mapping_stays() -> None:
    assert disguise().cell("x", "Lärare") == "Lärare"
    assert disguise().cell("Fornamn", "Lärare") != "Lärare"


@given(st.integers(1, 999), st.sampled_from(["20140109", "20101231", "19800261"]))
def test_a_number_is_the_same_in_all_its_forms_and_as_right_as_it_was(serial: int, date: str) -> None:
    real, given_ = number(date, serial), disguise()
    whole = given_.cell("x", real)
    assert given_.cell("x", f"{real[:8]}-{real[8:]}") == f"{whole[:8]}-{whole[8:]}"
    assert given_.cell("x", f"{real[2:8]}-{real[8:]}") == f"{whole[2:8]}-{whole[8:]}"
    assert given_.cell("x", real[2:]) == whole[2:]
    assert given_.cell("x", f"{real}.0") == f"{whole}.0"
    assert given_.cell("x", f"{real[:8]} \u2013 {real[8:]}") == f"{whole[:8]} \u2013 {whole[8:]}"
    assert (bool(civicno.wrong_with(whole)), whole[:4]) == (bool(civicno.wrong_with(real)), real[:4])
    wrong = real[:-1] + str((int(real[-1]) + 1) % 10)
    assert civicno.wrong_with(given_.cell("x", wrong)) == civicno.wrong_with(wrong)


def test_more_people_than_there_are_numbers_of_a_year_are_still_disguised() -> None:
    given_ = disguise()
    real = [number(f"2014{month:02d}{day:02d}", n) for month in range(1, 10) for day in range(1, 29) for n in (1, 2, 3)]
    invented = [given_.cell("x", text) for text in real]
    assert not set(invented) & set(real)
    assert len(set(invented)) > 600


@given(st.lists(st.text(max_size=12), max_size=30), st.sampled_from(["x", "fornamn"]))
def test_equal_texts_stay_equal_and_different_ones_different(texts: list[str], column: str) -> None:
    given_ = disguise()
    invented = {text: given_.cell(column, text) for text in texts}
    assert {text: given_.cell(column, text) for text in texts} == invented
    plain = {text.casefold().lstrip("0") for text in texts if text.isalpha() and len(text) > 1}
    assert len({invented[text].casefold() for text in texts if text.isalpha() and len(text) > 1}) == len(plain)
