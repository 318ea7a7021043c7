"""What one object must satisfy beyond its form. Pure; each rule names its source.

The set rules of section 3.8 (who may be published at all) are in `closure`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from adapter.ss12000 import civicno, eppn
from adapter.ss12000.codes import NOT_PROTECTED, YEAR_REQUIRED
from adapter.ss12000.local import NOTHING, Local
from adapter.ss12000.models import MODELS
from adapter.ss12000.profile import Values
from adapter.ss12000.types import ResourceType


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with one attribute of an object. `rejects`: the object may not be published so."""

    code: str
    attribute: str
    message: str
    rejects: bool = True


def check(kind: ResourceType, values: Values, local: Local = NOTHING) -> list[Violation]:
    """All findings for one object of plain values; empty when it may be published."""
    try:
        MODELS[kind].model_validate(values)
    except ValidationError as error:
        return [_violation(detail) for detail in error.errors(include_url=False, include_input=False)]
    return [*_names(values), *(_person(values, local) if kind is ResourceType.PERSON else ())]


def is_protected(values: Values) -> bool:
    """Fails closed: whatever is not plainly "Ingen" is protected."""
    return values.get("securityMarking") != NOT_PROTECTED


def is_staff(values: Values) -> bool:
    """A person without enrolments can only be published for a duty."""
    return not values.get("enrolments")


def can_be_reached(values: Values) -> bool:
    """Whether there is an address of type "Skola personal", which staff must have."""
    return any(email["type"] == "Skola personal" for email in values.get("emails") or ())


def _names(values: Values) -> Iterator[Violation]:
    """A name is shown to many, and a personnummer in it to all of them (sheet 10.2 of user names, for any name)."""
    for attribute in ("givenName", "middleName", "familyName", "displayName"):
        if any(map(str.isdigit, name := values.get(attribute) or "")) and civicno.stands_in(name):
            yield Violation("R123", attribute, "holds a personnummer")


def _person(values: Values, local: Local) -> Iterator[Violation]:
    for enrolment in values.get("enrolments") or ():
        school_type = enrolment["schoolType"]
        if school_type in YEAR_REQUIRED and "schoolYear" not in enrolment:
            yield Violation("R120", "enrolments.schoolYear", f"is required for {school_type} (1 to 10)")
        if school_type == "GY" and "educationCode" not in enrolment:
            yield Violation("R121", "enrolments.educationCode", "is required for GY (studievägskod)")
        if school_type in YEAR_REQUIRED and "educationCode" in enrolment:
            words = f"stands at {school_type}, which has no programmes"
            yield Violation("R126", "enrolments.educationCode", words, False)
    if values["civicNo"]["value"] in local.test_numbers:
        words = "is one of Skatteverket's test numbers, which belong to nobody"
        yield Violation("R125", "civicNo.value", words)
    name = values["eduPersonPrincipalNames"][0]
    if local.user_name_domains and name.rpartition("@")[2].casefold() not in local.user_name_domains:
        words = "is of a domain that organiser.user_name_domains lacks"
        yield Violation("R124", "eduPersonPrincipalNames", words)
    if eppn.resembles_name(name, values["givenName"], values["familyName"]):
        yield Violation("R130", "eduPersonPrincipalNames", "resembles the name (Skolverket warns: 3047)", False)


def _violation(detail: Any) -> Violation:
    """A pydantic error in the administrator's words. Never holds the value."""
    attribute = ".".join(str(part) for part in detail["loc"] if not isinstance(part, int))
    context = detail.get("ctx", {})
    words = {
        "missing": "is required, but nothing was mapped or the cell was empty",
        "extra_forbidden": "is not in the profile",
        "literal_error": f"is not one of {context.get('expected', 'the allowed values')}",
        "string_too_short": "is empty",
        "too_short": "is empty; at least one is required",
        "string_too_long": f"is longer than {context.get('max_length')} characters",
        "too_long": "has more than one value; exactly one is allowed",
        "value_error": str(context.get("error", "")),
        "string_pattern_mismatch": f"has another form than {_FORMS.get(attribute, 'required')}",
        "greater_than_equal": f"is below {context.get('ge')}",
        "less_than_equal": f"is above {context.get('le')}",
    }
    message = words.get(detail["type"], str(detail["msg"]).lower())
    return Violation("R110" if detail["type"] == "missing" else "R111", attribute, message)


_FORMS = {"schoolUnitCode": "eight digits", "emails.value": "name@domain"}
