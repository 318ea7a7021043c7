"""What the words in code columns of old Swedish systems mean, and how sure that is.

A word that is known here is no person's name: it may stand in a draft however seldom it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from adapter.drafting.looking.samples import Column
from adapter.mapping.synonyms import plain


class Meaning(NamedTuple):
    """A word of ours, and how sure it is that theirs means it, in per cent."""

    word: str
    percent: int
    why: str = "a known word"


Known = Callable[[str], Meaning | None]
"""Their word -> ours; None where it is not known."""


def _listed(table: Mapping[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, words in table.items() for word in words.split()}


_SCHOOL_TYPES = _listed(
    {
        "GR": "gr grundskola grundskolan compulsory compulsoryschool grundskoleutbildning",
        "GY": "gy gymnasieskola gymnasieskolan gymnasium gymnasiet gymnasieutbildning gymnasial "
        "uppersecondary uppersecondaryschool",
        "SP": "sp specialskola specialskolan",
        "SAM": "sam sameskola sameskolan",
        "VUXGY": "vuxgy",
    }
)
_SHORTEST, _LONGEST_CODE = 3, 6  # letters of a code that is the beginning of a word
_PARTLY_UPPER_SECONDARY = frozenset(["komvux", "vuxenutbildning", "vux", "kv", "vuxenskola"])


def school_type(text: str) -> Meaning | None:
    """Of the five that take tests. Edlevo's S and GS are anpassad skola: not SP."""
    word = plain(text.rpartition(".")[2])  # se.grundskoleutbildning.grundskola
    if word in _PARTLY_UPPER_SECONDARY:
        return Meaning("VUXGY", 60, "is all of it at upper secondary level?")
    if found := _SCHOOL_TYPES.get(word):
        return Meaning(found, 100 if text == found else 95)
    if word in _NO_TESTS or not _SHORTEST <= len(word) <= _LONGEST_CODE:
        return None
    begun = {meaning for known, meaning in _SCHOOL_TYPES.items() if known.startswith(word)}
    return Meaning(begun.pop(), 70, "the beginning of a known word") if len(begun) == 1 else None


_NO_TESTS_TEXT = """
adaptedcompulsory adapteduppersecondary afterschool anpassadgrundskola anpassadgymnasieskola ans f fhsk fk fkl
folkhogskola forskola forskolan forskoleklass forskoleklassen fritids fritidshem fritidshemmet fs fsk fth gran grs
grundsar grundsarskola gs gyan gymnasiesarskola gys gysar kulturskola kvvux lovskola musikskola oppenforskola oppf
pc pedagogiskomsorg preschool s sarskola sarvux sf sfi sv sva svux traning traningsskola yh yrkeshogskola
"""
_NO_TESTS = frozenset(_NO_TESTS_TEXT.split())


def is_form_of_school(text: str) -> bool:
    """Whether it is known to be one, or to be care beside school."""
    return not text or school_type(text) is not None or takes_no_test(text)


def takes_no_test(text: str) -> bool:
    """Whether it is a form of school or care that is known to take no national test of these."""
    return plain(text.rpartition(".")[2]) in _NO_TESTS


_DUTY_ROLES = _listed(
    {
        "Rektor": "rektor principal 2070 2081 3410 104011",
        "Lärare": "larare teacher faculty instructor",
        "Förskollärare": "forskollarare",
        "Barnskötare": "barnskotare",
        "Bibliotekarie": "bibliotekarie skolbibliotekarie",
        "Lärarassistent": "lararassistent aide",
        "Fritidspedagog": "fritidspedagog",
        "Studie- och yrkesvägledare": "studieochyrkesvagledare syv",
        "Förstelärare": "forstelarare e032",
        "Kurator": "kurator skolkurator 3303 3304",
        "Skolsköterska": "skolskoterska",
        "Skolläkare": "skollakare",
        "Skolpsykolog": "skolpsykolog psykolog",
        "Speciallärare/specialpedagog": "speciallarare specialpedagog speciallararespecialpedagog 2948 3112 4456",
        "Skoladministratör": "skoladministrator",
        "Övrig arbetsledning": "ovrigarbetsledning bitradanderektor",
        "Annan personal": "annanpersonal",
    }
)
_DUTY_ROLES_LIKE = (
    (r"bitr.*rektor|utbildningsledare", "Övrig arbetsledning"),
    (r"^rektor", "Rektor"),
    (r"larar(e)?assistent", "Lärarassistent"),
    (r"forskollarare", "Förskollärare"),
    (r"forstelarare", "Förstelärare"),
    (r"speciallarare|specialpedagog", "Speciallärare/specialpedagog"),
    (r"fritids(pedagog|larare)|larareifritidshem", "Fritidspedagog"),
    (r"barnskotare", "Barnskötare"),
    (r"skolskoterska", "Skolsköterska"),
    (r"kurator", "Kurator"),
    (r"bibliotekarie", "Bibliotekarie"),
    (r"vagledare", "Studie- och yrkesvägledare"),
    (r"(?<!barn)larare|^lektor|^adjunkt", "Lärare"),
    (r"skoladm", "Skoladministratör"),
)


def duty_role(text: str) -> Meaning | None:
    """Of Skolverket's duty roles: written alike, an SKR code, or by a part of the word."""
    word = plain(text)
    if found := _DUTY_ROLES.get(word):
        return Meaning(found, 100 if text == found else 95)
    if re.search(r"[,;]|\s[A-ZÅÄÖ][a-zåäö]", text):  # somebody's name beside the title
        return None
    like = next((role for part, role in _DUTY_ROLES_LIKE if re.search(part, word)), None)
    return Meaning(like, 80, "by a part of the word") if like else None


duty_role_numbers = {"0": Meaning("Lärare", 60, "as in SchoolSoft"), "1": Meaning("Rektor", 60, "as in SchoolSoft")}
"""Numbers mean roles in one system only."""

_MARKS = _listed(
    {
        "Ingen": "0 n nej no false falskt ingen none inget",
        "Sekretessmarkering": "s 1 j ja y yes true sant x sekretess sekretessmarkering sekretessmarkerad skyddad "
        "skyddadepersonuppgifter 2 3",
        "Skyddad folkbokföring": "f folkbokforing skyddadfolkbokforing kvarskrivning",
    }
)


def mark(text: str) -> Meaning | None:
    """A protection mark; whatever is not plainly "no" protects, also the levels 1 to 3."""
    found = _MARKS.get(plain(text))
    return Meaning(found, 100 if text == found else 90) if found else None


_ROLES = _listed(
    {
        "pupils": "elev elever student students pupil pupils barn child learner studerande",
        "staff": "colleague personnel "
        "personal larare lararpersonal staff teacher teachers faculty administrator rektor principal aide "
        "proctor medarbetare anstalld employee instructor skolpersonal",
        "guardians": "vardnadshavare guardian parent carer contact relative malsman anhorig",
    }
)


def role(text: str) -> Meaning | None:
    """pupils, staff or guardians; also by the beginning of a word."""
    word = plain(text)
    if found := _ROLES.get(word):
        return Meaning(found, 95)
    begun = {meaning for known, meaning in _ROLES.items() if len(word) >= _SHORTEST and known.startswith(word)}
    return Meaning(begun.pop(), 85, "the beginning of a known word") if len(begun) == 1 else None


def role_words(column: Column) -> dict[str, tuple[str, ...]]:
    """What a column calls pupils and staff, where it does."""
    known = {text: found.word for text in sorted(column.words) if (found := role(column.meant(text)))}
    if "pupils" in known.values():  # beside pupils every title is staff's
        known |= {text: "staff" for text in column.words if text not in known and duty_role(column.meant(text))}
    words = {kind: tuple(sorted(text for text, word in known.items() if word == kind)) for kind in ("pupils", "staff")}
    return {kind: some for kind, some in words.items() if some}


_ACTIVE = _listed(
    {
        "on": "1 ja j yes y true sant a aktiv active pagaende inskriven p placerad normal current anstalld",
        "off": "0 nej n no false falskt inaktiv inactive s slutat avslutad utskriven tobedeleted deleted left avgatt "
        "u avliden emigrated deceased ejaktiv avgangen passiv",
    }
)


def status(text: str) -> Meaning | None:
    """`on` for who goes on, `off` for who has left. Letters alone are only probable."""
    found = _ACTIVE.get(plain(text))
    return Meaning(found, 70 if len(text) == 1 and text.isalpha() else 90) if found else None


_GROUP_KINDS = _listed(
    {
        "Klass": "klass class homeroom klasser basgrupp",
        "Undervisning": "undervisning undervisningsgrupp amnesgrupp kursgrupp scheduled educationgroup schedulegroup "
        "teachinggroup grupp kurs",
        "": "mentor mentorsgrupp mentorgroup avdelning department departmentgroup contactgroup examgroup othergroup "
        "unit ovrigt ovrig fritids schema provgrupp personalgrupp",
    }
)


def group_kind(text: str) -> Meaning | None:
    """Klass, Undervisning, or "" for what Skolverket does not have."""
    found = _GROUP_KINDS.get(plain(text))
    return None if found is None else Meaning(found, 95)


def flagged_kind(text: str) -> Meaning | None:
    """The same in a column such as `classtype`: 1 is a class."""
    return {"1": Meaning("Klass", 85), "0": Meaning("Undervisning", 85)}.get(text) or group_kind(text)


_UNIT_KINDS = frozenset(["school", "skola", "skolenhet", "grundskola", "gymnasieskola"])


def unit_kind(text: str) -> Meaning | None:
    """A school, among districts and departments."""
    word = plain(text)
    if word in _UNIT_KINDS:
        return Meaning("school", 95)
    return Meaning("", 90) if word in ("district", "local", "state", "national", "department", "huvudman") else None


_LIKE_A_UNIT = re.compile(r"skolan?\b|gymnasi|komvux|enhet|school|vuxenutbildning|\d|_")


def is_unit(text: str) -> bool:
    """Whether it looks like what a school is called, or like a code."""
    return _LIKE_A_UNIT.search(text.casefold()) is not None


def nothing(text: str) -> Meaning | None:
    """No word is known."""
    return None


def share(known: Known, words: Iterable[str]) -> float:
    """How many of these words are known."""
    some = [word for word in words if word]
    return sum(known(word) is not None for word in some) / len(some) if some else 0.0
