"""The five types as Skolverket's profile wants them, spelled as on the wire.

Only what the profile knows can be built: unknown attributes are errors. `meta` is not here: it belongs to
the publication, not to the object. Parts that come by the million (references, memberships) are typed
dictionaries, which cost a third of a model to validate.
Source: domain sheet sections 3 and 4; where sources disagree, what the provisioning API accepts.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, with_config
from typing_extensions import TypedDict

from adapter.ss12000 import civicno, codes, eppn
from adapter.ss12000.types import ResourceType

_CLOSED = ConfigDict(extra="forbid", frozen=True)

Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


def _whole(value: str) -> str:
    if value.isprintable() and "\ufffd" not in value:  # nearly all: no letter need be looked at
        return value
    if "\ufffd" in value:
        raise ValueError("holds U+FFFD: a letter was lost in the export")
    if sign := next((sign for sign in value if not sign.isprintable() and sign != " "), ""):
        raise ValueError(f"holds U+{ord(sign):04X}, which nobody sees")
    return value


Text = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_whole)]


def _civic_number(value: str) -> str:
    if why := civicno.wrong_with(value):
        raise ValueError(why)
    return value


def _user_name(value: str) -> str:
    if why := eppn.wrong_with(value):
        raise ValueError(why)
    return value


@with_config(_CLOSED)
class Ref(TypedDict):
    """A reference: the id and nothing else; a displayName here would leak protected names."""

    id: Uuid


@with_config(_CLOSED)
class GroupMembership(TypedDict):
    """One pupil in a group."""

    person: Ref


@with_config(_CLOSED)
class DutyAssignment(TypedDict):
    """One teacher of an activity: the Duty, not the Person."""

    duty: Ref


class CivicNo(BaseModel):
    """Personnummer, samordningsnummer or TF-nummer."""

    model_config = _CLOSED
    value: Annotated[str, AfterValidator(_civic_number)]
    nationality: Literal["SE"] = "SE"


class Email(BaseModel):
    """A school address. Private addresses have no place in the profile."""

    model_config = _CLOSED
    value: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
    type: codes.EmailType


class ExternalIdentifier(BaseModel):
    """Staff only: the eduID name, for organisers with an own IdP that use e-legitimation through eduID."""

    model_config = _CLOSED
    value: Annotated[str, AfterValidator(_user_name)]
    context: Literal["https://eduid.se"] = "https://eduid.se"
    globallyUnique: Literal[True] = True


class Enrolment(BaseModel):
    """A pupil at a school unit, valid today: the profile has no dates."""

    model_config = _CLOSED
    enroledAt: Ref
    schoolType: codes.SchoolType
    schoolYear: Annotated[int, Field(ge=1, le=10)] | None = None
    educationCode: Text | None = None
    cancelled: bool = False


class Organisation(BaseModel):
    """A school unit (skolenhet), under Skolverket's own id."""

    model_config = _CLOSED
    id: Uuid
    displayName: Text
    schoolUnitCode: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
    organisationType: codes.OrganisationType = "Skolenhet"


class Person(BaseModel):
    """A pupil or a member of staff; who is both is two objects with two user names."""

    model_config = _CLOSED
    id: Uuid
    givenName: Text
    middleName: Text | None = None
    familyName: Text
    eduPersonPrincipalNames: Annotated[
        list[Annotated[str, AfterValidator(_user_name)]], Field(min_length=1, max_length=1)
    ]
    civicNo: CivicNo
    securityMarking: codes.SecurityMarking
    emails: list[Email] | None = None
    enrolments: list[Enrolment] | None = None
    externalIdentifiers: Annotated[list[ExternalIdentifier], Field(max_length=1)] | None = None


class Group(BaseModel):
    """A class or a teaching group."""

    model_config = _CLOSED
    id: Uuid
    displayName: Text
    groupType: codes.GroupType
    schoolType: codes.SchoolType
    organisation: Ref
    groupMemberships: list[GroupMembership] = []


class Duty(BaseModel):
    """One person's work in one role at one school unit."""

    model_config = _CLOSED
    id: Uuid
    person: Ref
    dutyAt: Ref
    dutyRole: codes.DutyRole


class Activity(BaseModel):
    """Teaching groups, their teachers and the national test (parentActivity) that they take."""

    model_config = _CLOSED
    id: Uuid
    displayName: Text
    activityType: codes.ActivityType = "Undervisning"
    groups: Annotated[list[Ref], Field(min_length=1)]
    teachers: list[DutyAssignment] | None = None
    organisation: Ref
    parentActivity: Ref


MODELS: dict[ResourceType, type[BaseModel]] = {
    ResourceType.ORGANISATION: Organisation,
    ResourceType.PERSON: Person,
    ResourceType.GROUP: Group,
    ResourceType.DUTY: Duty,
    ResourceType.ACTIVITY: Activity,
}
