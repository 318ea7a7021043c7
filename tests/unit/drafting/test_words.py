"""What columns and codes are called in real systems, as they were seen, and what `init` takes them for."""

from __future__ import annotations

import pytest

from adapter.drafting.understanding import vocabulary
from adapter.mapping.synonyms import COLUMNS, GUARDIAN, meanings, plain

NAMES = {
    "civicNo": "personnummer personnr pnr persnr PERSNR person_nr personid PID socialnumber SocSecNo social_security "
    "civicNo civic_no uniqueIdentifier fodelsenummer fodnr Person_nummer identifierare PersonalIdNumber",
    "id": "id Id elevid elev_id personid PersonId elev_guid guid objectGUID entryUUID sourcedid sourcedId SIS_ID "
    "externt_id ImportReferenceId student_id staff_id",
    "givenName": "fornamn förnamn tilltalsnamn given givenName fname first_name Firstname preferredName",
    "middleName": "mellannamn middle_name partname_Middle",
    "familyName": "efternamn family sn lname last_name Lastname surname",
    "wholeName": "namn fullnamn fn cn displayName Name",
    "eppn": "eppn eduPersonPrincipalName federationsanvändarnamn userPrincipalName UPN username användarnamn anvnamn "
    "login mailNickname",
    "email": "epost e-post epostadress mail Mail email e_mail emailworkschool emailwork skolmail",
    "securityMarking": "sekretess sekretessmarkering skyddad skyddad_identitet skydd privacy sekr "
    "Dölj_kontaktuppgifter",
    "schoolUnitCode": "skolenhetskod skolenhet skolkod schoolunitcode school_unit_code enhetskod SCB-kod SCB:s_skolid "
    "School_DfE_Number school_number",
    "unit": "enhet enhetid unitid skola skolid skolnamn orgSourcedId School_ID rektorsomrade",
    "schoolType": "skolform skolformkort skolformid schooltype utbildningsform",
    "schoolYear": "arskurs årskurs åk ak klassnivå schoolyear school_year grade Grade departmentNumber",
    "educationCode": "studievagskod studieväg programkod programcode officialprogramcode program inriktning",
    "class": "klass klassnamn class className avdelning form_group homeroom",
    "classId": "klassid",
    "group": "grupp gruppnamn undervisningsgrupp kursgrupp ämnesgrupp section course_period",
    "groupId": "gruppid",
    "subject": "amne ämne amneskod subjectcode recommendedsubjectcode kurs kurskod coursecode subject",
    "dutyRole": "befattning befattningskod personalkategori tjanst tjänst titel roll type dutyRole institutionrole "
    "profile jobTitle Personalbefattning",
    "signature": "signatur sign initial initialer BetygSign",
    "from": "fran från startdatum start begin start_date from_dat dateStart inskriven",
    "to": "till slutdatum slut end end_date tom_dat dateEnd utskriven",
    "status": "status aktiv active status_id recstatus person_status is_disable Ej_aktiv",
    "extract": "uttagsdatum datetime exportdatum",
}


@pytest.mark.parametrize("meaning", NAMES)
def test_a_column_is_known_by_every_name_that_it_was_seen_under(meaning: str) -> None:
    assert [name for name in NAMES[meaning].split() if meaning not in meanings(name)] == []


def test_a_name_may_say_whose_column_it_is() -> None:
    assert meanings("ELEV_FORNAMN") == meanings("fornamn")
    assert meanings("elevens personnummer")[0] == "civicNo"
    assert meanings("kommentar") == ()
    assert COLUMNS["fname"] == COLUMNS["fornamn"] == "givenName"


ABOUT_GUARDIANS = """
vh1 vh2 vh1_namn vardnadshavare vårdnadshavare CareholderOne Guardian Contact responsibles parents CARER anhörig malsman
Kontaktperson
"""


@pytest.mark.parametrize("name", ABOUT_GUARDIANS.split())
def test_what_is_about_guardians_is_known(name: str) -> None:
    assert GUARDIAN.match(plain(name))


@pytest.mark.parametrize("name", ["parentSourcedId", "parentOrg", "career"])
def test_what_is_not_about_guardians_is_not_taken_for_it(name: str) -> None:
    assert not GUARDIAN.match(plain(name))


def words(known: vocabulary.Known, theirs: str) -> list[str | None]:
    return [found.word if (found := known(text)) else None for text in theirs.split("|")]


def test_forms_of_school() -> None:
    assert words(vocabulary.school_type, "GR|Grundskola|se.grundskoleutbildning.grundskola|Gr") == ["GR"] * 4
    assert words(vocabulary.school_type, "GY|Gymnasieskola|gy|SP|SAM|VUXGY") == ["GY", "GY", "GY", "SP", "SAM", "VUXGY"]
    anpassad = "S|GS|GRS|GYS|Anpassad grundskola|Grundsärskola|Särskola|SVUX"
    assert words(vocabulary.school_type, f"FK|FS|F|PC|YH|SF|SV|Förskoleklass|{anpassad}") == [None] * 16
    assert [found.percent for text in ("KV", "Komvux", "Vux") if (found := vocabulary.school_type(text))] == [60] * 3


def test_duty_roles() -> None:
    assert words(vocabulary.duty_role, "Lärare|Larare|LÄRARE|Lärare 4-6|Ämneslärare|teacher") == ["Lärare"] * 6
    assert words(vocabulary.duty_role, "2070|2081|3410|104011|Rektor|Rektor F-6") == ["Rektor"] * 6
    assert words(vocabulary.duty_role, "3303|3304|Skolkurator") == ["Kurator"] * 3
    assert words(vocabulary.duty_role, "2948|4456|Specialpedagog") == ["Speciallärare/specialpedagog"] * 3
    assert words(vocabulary.duty_role, "E032|Förstelärare i matematik") == ["Förstelärare"] * 2
    assert words(vocabulary.duty_role, "Biträdande rektor|Lärarassistent|Förskollärare|Skoladministrator") == [
        *("Övrig arbetsledning", "Lärarassistent", "Förskollärare", "Skoladministratör")
    ]
    assert words(vocabulary.duty_role, "Vaktmästare|Elevassistent|Kock") == [None] * 3


def test_marks_protect_but_for_a_plain_no() -> None:
    assert words(vocabulary.mark, "0|N|nej|false|Ingen") == ["Ingen"] * 5
    assert words(vocabulary.mark, "1|2|3|J|ja|true|S|Sekretessmarkering|X") == ["Sekretessmarkering"] * 9
    assert words(vocabulary.mark, "F|Skyddad folkbokföring") == ["Skyddad folkbokföring"] * 2
    assert words(vocabulary.mark, "kanske|A|9") == [None] * 3


def test_flags_and_roles() -> None:
    assert words(vocabulary.status, "1|JA|Y|true|aktiv|Active") == ["on"] * 6
    assert words(vocabulary.status, "0|NEJ|N|false|Left|tobedeleted|Slutat") == ["off"] * 7
    assert words(vocabulary.role, "Elev|STUDENT|Student|Child") == ["pupils"] * 4
    assert words(vocabulary.role, "Personal|Lärare|Faculty|STAFF|administrator") == ["staff"] * 5
    assert words(vocabulary.role, "CARER|Contact|guardian") == ["guardians"] * 3
    assert words(vocabulary.group_kind, "Klass|homeroom|Undervisning|scheduled|Mentor|Avdelning") == [
        *("Klass", "Klass", "Undervisning", "Undervisning", "", "")
    ]
