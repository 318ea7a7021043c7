"""What SS12000 knows and Skolverket's profile leaves out: so that a mapping that names it is told the difference.

Source: SIS SS 12000:2020, version 2.1 of the API's description.
"""

from __future__ import annotations

BEYOND_THE_PROFILE: dict[str, frozenset[str]] = {
    "Organisation": frozenset(
        [
            "organisationCode",
            "organisationNumber",
            "parentOrganisation",
            "schoolTypes",
            "municipalityCode",
            "url",
            "email",
            "phoneNumber",
            "contactInfo",
            "address",
            "startDate",
            "endDate",
        ]
    ),
    "Person": frozenset(
        [
            "birthDate",
            "sex",
            "personStatus",
            "phoneNumbers",
            "addresses",
            "photo",
            "responsibles",
            "startDate",
            "endDate",
            "programme",
            "specification",
        ]
    ),
    "Group": frozenset(["startDate", "endDate"]),
    "Duty": frozenset(["signature", "dutyPercent", "hoursPerYear", "startDate", "endDate", "assignmentRoles"]),
    "Activity": frozenset(
        ["calendarEventsRequired", "startDate", "endDate", "comment", "minutesPlanned", "syllabus", "allocationPercent"]
    ),
}
"""Type -> names of its attributes, and of their parts."""
