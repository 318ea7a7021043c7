"""How a cell's value may appear in a report: codes and keys as they are, whatever tells of a person not at all."""

from __future__ import annotations

from itertools import islice

_CODES_AND_KEYS = frozenset({"M320", "M330"})
_FORMS = frozenset({"M310", "M312"})
_PERSONAL = ("Person.",)
_HARMLESS = ("Person.enrolments",)


def may_show(code: str, subject: str, protected: bool) -> bool:
    """Whether a finding may show the one value it is about. Nothing of a protected person is ever shown."""
    if protected:
        return False
    personal = subject.startswith(_PERSONAL) and not subject.startswith(_HARMLESS)
    return (code in _CODES_AND_KEYS and not personal) or (code in _FORMS and subject.startswith(_HARMLESS))


def form(text: str) -> str:
    """What a person's value looks like and not what it is: "Aaaa Aaaa", "99999999-9999"; its first twenty signs."""
    signs = ("9" if sign.isdigit() else "A" if sign.isupper() else "a" if sign.isalpha() else sign for sign in text)
    return "".join(islice(signs, 20))


def masked(text: str) -> str:
    """A protected person's value in a preview: that there is one, and nothing else."""
    return "•••" if text else ""
