"""The domain sheet's vectors (appendix C), and what must hold for all values."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.errors import ConfigError
from adapter.ss12000 import canonical, civicno, eppn, ids, profile, rules
from adapter.ss12000.types import ResourceType

PROFILE = profile.shipped()
PUPIL: dict[str, Any] = {
    "id": "7c1c2f0e-0b51-4d0e-9a53-0d0f5b0a1a01",
    "givenName": "Pippi",
    "familyName": "Långstrump",
    "eduPersonPrincipalNames": ["q7x4k2m9@edu.huvudman.se"],
    "civicNo": {"value": "200901272385", "nationality": "SE"},
    "securityMarking": "Ingen",
    "emails": [{"value": "q7x4k2m9@elev.huvudman.se", "type": "Skola elev"}],
    "enrolments": [
        {
            "enroledAt": {"id": "fb22448b-b724-5e53-8a2c-d8b339206901"},
            "schoolType": "GR",
            "schoolYear": 6,
            "cancelled": False,
        }
    ],
}


@pytest.mark.parametrize("name", ["31279295", "EKJURV", "MATMAT01", "MATMAT01b"])
def test_skolverkets_ids_are_uuid5_under_the_nil_namespace(name: str) -> None:
    assert ids.skolverket_id(name) == str(uuid.uuid5(uuid.UUID(int=0), name))


def test_the_documented_unit_has_the_documented_id() -> None:
    assert ids.skolverket_id("31279295") == "fb22448b-b724-5e53-8a2c-d8b339206901"


@pytest.mark.parametrize(
    "value", ["a@b@c", "200901272385@edu.huvudman.se", "090127-2385@edu.huvudman.se", "a", "@b.se"]
)
def test_a_user_name_that_is_refused(value: str) -> None:
    assert eppn.wrong_with(value)


def test_a_user_name_that_resembles_the_name_is_a_warning() -> None:
    values = {**PUPIL, "familyName": "Efraimsdotter", "eduPersonPrincipalNames": ["efraimsdotter09@edu.huvudman.se"]}
    (finding,) = rules.check(ResourceType.PERSON, values)
    assert (finding.rejects, "3047" in finding.message) == (False, True)


def test_the_canonical_pupil_is_valid() -> None:
    assert rules.check(ResourceType.PERSON, PUPIL) == []


@pytest.mark.parametrize(
    ("change", "attribute"),
    [
        ({"eduPersonPrincipalNames": ["a@b.se", "c@d.se"]}, "eduPersonPrincipalNames"),
        ({"eduPersonPrincipalNames": []}, "eduPersonPrincipalNames"),
        ({"givenName": ""}, "givenName"),
        ({"givenName": "x" * 256}, "givenName"),
        ({"securityMarking": "Nej"}, "securityMarking"),
        ({"emails": [{"value": "p@hem.se", "type": "Privat"}]}, "emails.type"),
        ({"birthDate": "2014-01-01"}, "birthDate"),
        ({"enrolments": [{**PUPIL["enrolments"][0], "schoolYear": 11}]}, "enrolments.schoolYear"),
        ({"enrolments": [{"enroledAt": {"id": "x"}, "schoolType": "GR", "schoolYear": 6}]}, "enrolments.enroledAt.id"),
        ({"enrolments": [{**PUPIL["enrolments"][0], "schoolType": "FSK"}]}, "enrolments.schoolType"),
    ],
)
def test_what_is_not_in_the_profile_is_refused_without_repeating_the_value(
    change: dict[str, Any], attribute: str
) -> None:
    (finding,) = rules.check(ResourceType.PERSON, {**PUPIL, **change})
    assert (finding.attribute, finding.rejects) == (attribute, True)
    assert "hem.se" not in finding.message


# -- the whitelist, for all values ------------------------------------------------------------------------------------

NAMES = sorted(
    {part for paths in PROFILE.paths.values() for path in paths for part in path.replace("[]", "").split(".")}
)
KEYS = st.one_of(st.sampled_from(NAMES), st.text(max_size=8))
LEAF = st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.text(max_size=8))
EXTRA = st.dictionaries(st.text(max_size=8), LEAF, max_size=4)


def paths(value: Any, before: str = "") -> set[str]:
    if isinstance(value, dict):
        return {found for name, part in value.items() for found in paths(part, f"{before}.{name}" if before else name)}
    if isinstance(value, list):
        return {found for part in value for found in paths(part, f"{before}[]")} or {f"{before}[]"}
    return {before}


def planted(draw: Any, value: Any) -> Any:
    """The value with attributes planted at every level."""
    if isinstance(value, dict):
        known = {name: planted(draw, part) for name, part in value.items()}
        extra = {name: part for name, part in draw(EXTRA).items() if name not in value}
        return dict(draw(st.permutations([*known.items(), *extra.items()])))
    if isinstance(value, list):
        return [planted(draw, part) for part in value]
    return value


@given(st.data())
def test_only_whitelisted_attributes_get_out_and_the_bytes_depend_on_nothing_else(data: st.DataObject) -> None:
    values = planted(data.draw, PUPIL)
    document = canonical.encode(PROFILE, ResourceType.PERSON, values)
    allowed = {"id", *PROFILE.paths[ResourceType.PERSON]}
    assert {path.replace("[]", "") for path in paths(json.loads(document.body))} <= {
        p.replace("[]", "") for p in allowed
    }
    assert document == canonical.encode(PROFILE, ResourceType.PERSON, PUPIL)
    if canonical.digest_as_is(values) == document.digest:  # the shortcut is taken for equal bytes only
        assert paths(values) == paths(PUPIL)


@given(st.text())
def test_a_civic_number_in_any_writing_is_twelve_characters_or_nothing(text: str) -> None:
    found = civicno.normalise(text, dt.date(2026, 11, 23))
    assert found is None or len(found) == 12


SIGNS = st.sampled_from([*"0123456789TFRE-+.,  ", "\u2013", "\u00a0", "\u00ad"])
DATES = st.dates(dt.date(1800, 1, 1), dt.date(2099, 12, 31)).map(lambda date: f"{date:%Y%m%d}")
LIKELY = st.builds(
    lambda date, cut, sign, rest: date[cut:] + sign + rest,
    DATES,
    st.sampled_from([0, 2]),
    st.sampled_from(["", "-", "+", " - ", "\u2013"]),
    st.from_regex(r"(\d{4}|TF\d\d|tf\d\d)([.,]0)?", fullmatch=True),
)


@given(st.text() | st.text(SIGNS, min_size=8, max_size=16) | LIKELY, DATES.filter(lambda date: date > "2000"))
def test_what_is_read_is_read_again_and_what_is_not_is_told_why(text: str, today: str) -> None:
    date = dt.date.fromisoformat(today)
    found = civicno.normalise(text, date)
    if found is None:
        why = civicno.refusal(text)
        assert why
        assert len(text) < 6 or text not in why
    else:
        assert civicno.normalise(found, date) == found
        assert civicno.wrong_with(found) in ("", "has a wrong check digit", "has no real birth date")


@given(st.integers(0, 9999999), st.sampled_from(["{0}-{1}", "{0}{1}", "{2}-{1}", "{2}{1}", " {0} {1} "]))
def test_every_writing_of_a_number_is_one_number(drawn: int, form: str) -> None:
    date, serial = f"2014{drawn % 12 + 1:02d}{drawn % 28 + 1:02d}", f"{drawn % 999 + 1:03d}"
    whole = date + serial + civicno.check_digit(date[2:] + serial)
    assert civicno.wrong_with(whole) == ""
    assert civicno.normalise(form.format(date, whole[8:], date[2:]), dt.date(2026, 11, 23)) == whole


def test_a_profile_of_ones_own_may_only_take_away(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('name = "own"\nPerson = ["familyName", "givenName"]\n', encoding="utf-8")
    narrowed = profile.narrowed(own)
    assert narrowed.paths[ResourceType.PERSON] == ("givenName", "familyName")
    body = canonical.encode(narrowed, ResourceType.PERSON, PUPIL).body
    assert set(json.loads(body)) == {"id", "givenName", "familyName"}
    own.write_text('Person = ["givenName", "birthDate"]', encoding="utf-8")
    with pytest.raises(ConfigError, match="would widen") as caught:
        profile.narrowed(own)
    assert "birthDate" in str(caught.value.findings[0])
