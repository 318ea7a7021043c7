"""Civic numbers: Skolverket's vectors (domain sheet, appendix C) and the forms that registers use."""

from __future__ import annotations

import datetime as dt

import pytest

from adapter.ss12000 import civicno


@pytest.mark.parametrize("value", ["200901272385", "201002037271", "200901872382", "20090127TF20", "20090127TF12"])
def test_a_well_formed_number_passes(value: str) -> None:
    assert civicno.wrong_with(value) == ""


@pytest.mark.parametrize(
    "value",
    [
        "200901872385",
        "200112240123",
        "200901272384",
        "20090127TF2",
        "20090127-TF20",
        "20090132TF20",
        "201301010003",
        "0901272385",
        "²00901272385",
        "",
    ],
)
def test_anything_else_is_told_why(value: str) -> None:
    assert civicno.wrong_with(value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("200901272385", "200901272385"),
        ("20090127-2385", "200901272385"),
        ("090127-2385", "200901272385"),
        ("0901272385", "200901272385"),
        ("121212+1212", "191212121212"),
        ("121212-1212", "201212121212"),
        ("090127TF20", "20090127TF20"),
        ("20090127-tf12", "20090127TF12"),
        ("090187-2382", "200901872382"),
        ("201301012389.0", "201301012389"),
        ("201301012389,0", "201301012389"),
        ("201301012389.00", "201301012389"),
        ("1301012389,0", "201301012389"),
        ("20130101 - 2389", "201301012389"),
        ("20130101\u20132389", "201301012389"),
        ("130101\u22122389", "201301012389"),
        ("20130101\u00a02389", "201301012389"),
        ("130101 \u2014 tf12", "20130101TF12"),
        ("20130101\u00ad2389", None),
        ("20130101-2389.0", None),
        ("201301012389.5", None),
        ("2.01301E+11", None),
        ("201301010003", None),
        ("211301012389", None),
        ("991231-2384", "199912312384"),
        ("saknas", None),
        ("", None),
    ],
)
def test_every_form_in_the_registers_becomes_twelve_characters(text: str, meant: str | None) -> None:
    assert civicno.normalise(text, dt.date(2026, 8, 10)) == meant
