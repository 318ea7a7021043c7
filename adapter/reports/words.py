"""A report's own words, in Swedish and in English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from adapter.findings import Finding, Severity
from adapter.texts import english, messages, swedish

_DROPS = frozenset({"M300", "M310", "M313", "M320", "M330", "M331"})
"""Codes of what an object, or an item of a list, needs: where they are no error, the object goes on without it."""


_OF_A_PLUG_IN = ("", "")
"""Meaning and advice of a code that is not ours: its message says all there is."""


class Told(NamedTuple):
    """A finding in words: the kind of object, its attribute, what is wrong, what to do."""

    what: str
    attribute: str
    wrong: str
    advice: str


@dataclass(frozen=True)
class Words:
    """One language. `effects`: what becomes of the object: rejected, dropped, warning, note."""

    code: str
    title: str
    all_units: str
    no_unit: str
    empty: str
    failed: str
    held: str
    beyond: str
    counted: str
    columns: tuple[str, ...]
    status: Mapping[str, str]
    outcomes: Mapping[str, str]
    effects: Mapping[str, str]
    told: Callable[[Finding], Told]
    error: Callable[[str], str]

    def effect(self, finding: Finding) -> str:
        """What a finding means for its object."""
        if finding.severity is Severity.ERROR:
            return self.effects["rejected" if finding.row or finding.about else "stops"]
        if finding.severity is Severity.WARNING:
            return self.effects["dropped" if finding.code in _DROPS else "warning"]
        return self.effects["note"]


def _in_swedish(finding: Finding) -> Told:
    meaning, advice = swedish.PAGES.get(finding.code, _OF_A_PLUG_IN)
    kind, attribute = finding.subject.partition(".")[0], swedish.attribute(finding.subject)
    said = messages.swedish(finding.message)
    if not said:  # about a file or the mapping: for those who run the program
        wrong = f"{meaning} ({finding.message})" if meaning else finding.message
        return Told(swedish.TYPES.get(kind, ""), attribute, wrong, advice)
    return Told(swedish.TYPES.get(kind, ""), attribute, said[:1].upper() + said[1:], advice)


def _in_english(finding: Finding) -> Told:
    _, advice = english.PAGES.get(finding.code, _OF_A_PLUG_IN)
    kind = finding.subject.partition(".")[0]
    return Told(
        kind if kind in swedish.TYPES else "",
        finding.subject.partition(" ")[0],
        finding.message[:1].upper() + finding.message[1:],
        advice,
    )


SWEDISH = Words(
    code="sv",
    title="Att rätta",
    all_units="Alla",
    no_unit="Utan skolenhet",
    empty="Inget att rätta.",
    failed="Körningen misslyckades, så det som publicerats gäller fortfarande: {}",
    held="Körningen stoppades av spärren, så det som publicerats gäller fortfarande: {}",
    beyond="{} till ryms inte här: rätta först det som står.",
    counted="{} nya, {} kvar, {} åtgärdade",
    columns=(
        "Status",
        "Följd",
        "Skolenhet",
        "Skolenhetskod",
        "Gäller",
        "Uppgift",
        "Vad är fel",
        "Så rättar du",
        "Källa",
        "Rad",
        "Id",
        "Sedan",
        "Kod",
    ),
    outcomes={"published": "publicerat", "unchanged": "oförändrat", "held": "STOPPAT", "failed": "MISSLYCKADES"},
    status={"new": "ny", "still": "kvar", "fixed": "åtgärdad"},
    effects={
        "rejected": "publiceras inte som den är",
        "dropped": "uppgiften utelämnas",
        "warning": "varning",
        "note": "upplysning",
        "stops": "stoppar",
    },
    told=_in_swedish,
    error=lambda message: messages.swedish(message) or message,
)
ENGLISH = Words(
    code="en",
    title="To mend",
    all_units="All",
    no_unit="Without school unit",
    empty="Nothing to mend.",
    failed="The run failed, so what was published stays: {}",
    held="The gate held the run, so what was published stays: {}",
    beyond="{} more have no room here: mend first what stands.",
    counted="{} new, {} still there, {} fixed",
    columns=(
        "Status",
        "Effect",
        "School unit",
        "School unit code",
        "Object",
        "Attribute",
        "What is wrong",
        "What to do",
        "Source",
        "Row",
        "Id",
        "Since",
        "Code",
    ),
    outcomes={"published": "published", "unchanged": "unchanged", "held": "HELD", "failed": "FAILED"},
    status={"new": "new", "still": "still", "fixed": "fixed"},
    effects={
        "rejected": "not published as it is",
        "dropped": "value left out",
        "warning": "warning",
        "note": "note",
        "stops": "stops the run",
    },
    told=_in_english,
    error=lambda message: message,
)
LANGUAGES = {"sv": SWEDISH, "en": ENGLISH}
