"""Protected identities: withheld (default), passed on with their marking, or under invented names.

Source: domain sheet 10.6. Which of the three is the organiser's decision; nothing is ever guessed.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from adapter.mapping.build import ObjectValues
from adapter.settings import ProfileChoice
from adapter.ss12000.rules import is_protected, is_staff

_GIVEN = ("Alva", "Ebbe", "Freja", "Hugo", "Iris", "Loke", "Maj", "Nils", "Runa", "Sixten", "Tyra", "Vidar")
_FAMILY = ("Askgren", "Bäckmo", "Dahlvik", "Ekmo", "Fjällås", "Granvik", "Hedmo", "Lundås", "Myrvik", "Sjömo")


def withholds(choice: ProfileChoice) -> bool:
    """Whether protected persons are kept back before anything but their id is read."""
    return choice.protected_identities == "withhold"


def transformer(choice: ProfileChoice, namespace: bytes) -> Callable[[ObjectValues], ObjectValues] | None:
    """What is done to a person before it is encoded; None where nothing is."""
    if choice.protected_identities != "pseudonymise":
        return None
    return lambda values: _pseudonym(values, namespace) if is_protected(values) else values


def _pseudonym(values: ObjectValues, namespace: bytes) -> ObjectValues:
    """The same id and user name under an invented name and number: stable, and not to be traced back.

    The birth date is invented too, within the same year: pupils are grouped by year. Names are drawn with the
    organiser's secret, so that nobody else can redo the drawing.
    """
    draw = hmac.new(namespace, f"pseudonym\x1f{values['id']}".encode(), "sha256").digest()
    year = values["civicNo"]["value"][:4]
    invented = {
        **values,
        "givenName": _GIVEN[draw[0] % len(_GIVEN)],
        "familyName": _FAMILY[draw[1] % len(_FAMILY)],
        "civicNo": {
            **values["civicNo"],
            "value": f"{year}{draw[2] % 12 + 1:02d}{draw[3] % 28 + 1:02d}TF{draw[4] % 100:02d}",
        },
    }
    invented.pop("middleName", None)
    invented.pop("externalIdentifiers", None)
    if not is_staff(values):  # staff must have an address; a pupil's often holds the name
        invented.pop("emails", None)
    return invented
