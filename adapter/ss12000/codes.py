"""Closed value lists: what Skolverket's test service accepts, which is stricter than the standard.

Source: the provisioning API's yaml (schoolType, dutyRole), the reference API's models; domain sheet 4.
"""

from __future__ import annotations

from typing import Literal

SchoolType = Literal["GR", "SP", "SAM", "GY", "VUXGY"]
GroupType = Literal["Klass", "Undervisning"]
ActivityType = Literal["Undervisning"]
EmailType = Literal["Skola elev", "Skola personal"]
SecurityMarking = Literal["Ingen", "Sekretessmarkering", "Skyddad folkbokföring"]
OrganisationType = Literal["Skolenhet"]
DutyRole = Literal[
    "Rektor",
    "Lärare",
    "Förskollärare",
    "Barnskötare",
    "Bibliotekarie",
    "Lärarassistent",
    "Fritidspedagog",
    "Annan personal",
    "Studie- och yrkesvägledare",
    "Förstelärare",
    "Kurator",
    "Skolsköterska",
    "Skolläkare",
    "Skolpsykolog",
    "Speciallärare/specialpedagog",
    "Skoladministratör",
    "Övrig arbetsledning",
]

NOT_PROTECTED: SecurityMarking = "Ingen"
YEAR_REQUIRED = frozenset({"GR", "SP", "SAM"})
"""School types whose enrolments need schoolYear 1..10; GY needs educationCode, VUXGY neither."""
