"""The rules for objects: what breaking one means, and where the rule comes from. `docs/rules.md` is held to it."""

from __future__ import annotations

_API = "Skolverket, provisioning API (yaml)"
_PROFILE = "Skolverket, SS12000 profile for the test service"
_OURS = "our own rule"

RULES: dict[str, tuple[str, str]] = {
    "R110": ("rejected", _API),
    "R111": (
        "rejected",
        f"{_API}; Skatteverket on personnummer and samordningsnummer; eduPerson on user names",
    ),
    "R120": ("rejected", f"{_API}: Enrolment"),
    "R121": ("rejected", f"{_API}: Enrolment"),
    "R122": ("rejected", f"{_API}: Person"),
    "R123": ("rejected", f"{_OURS}, after Skolverket's advice that user names hold no personnummer"),
    "R124": ("rejected", "Skolverket, access management: a user name's domain is a scope of the IdP (shibmd:Scope)"),
    "R125": ("rejected", f"{_API} and environments: production holds real persons only"),
    "R126": ("warning", f"{_API}: Enrolment"),
    "R130": ("warning", f"{_API}: job status 3047"),
    "R140": ("rejected", f"{_API}: Activity"),
    "R141": ("warning", f"{_API}: Activity"),
    "R142": ("rejected", _PROFILE),
    "R143": ("left out", _PROFILE),
    "R150": ("fails the run", f"{_OURS}: nothing tells of protected persons"),
    "R160": ("as Skolverket's client says", "SS12000: POST /log; codes as in Skolverket's provisioning API"),
    "M300": ("rejected, or the item is left out", _PROFILE),
    "M301": ("rejected", "the mapping: an object has an id"),
    "M302": ("rejected", "SS12000: ids are uuids"),
    "M310": ("rejected", "the mapping: conversions"),
    "M312": ("rejected", "the mapping: conditions"),
    "M313": ("rejected", f"{_OURS}: nobody is known by a sign that nobody sees"),
    "M320": ("rejected", "the mapping: code lists"),
    "M330": ("rejected, or the item is left out", f"the mapping: references; {_PROFILE}"),
    "M331": ("rejected, or the item is left out", "the mapping: references"),
    "M332": ("left out", _PROFILE),
    "M341": ("rejected; a person is withheld where it is about protection", "the mapping: rows that are one object"),
    "M342": ("warning", "the mapping: `unmatched: report`"),
    "M345": ("withheld", f"{_OURS}: protection of one is protection of the other"),
    "M346": ("withheld for some nights", f"{_OURS}: a mark that is lost publishes nobody at once"),
    "M350": ("rejected", "SS12000: an id is one object's"),
    "M353": ("warning", "Skolverket: a person keeps id and user name; TF number to personnummer changes civicNo alone"),
    "M351": ("both rejected", f"{_API}: a user name is one person's"),
}
"""Code -> what becomes of the object, where the rule comes from."""
