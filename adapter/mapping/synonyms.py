"""What columns are called in old Swedish systems: for `init`, and for suggestions.

Names are compared without case, diacritics and signs.
"""

from __future__ import annotations

import re
import unicodedata

_NAMES = {
    "civicNo": "personnummer personnr pnr persnr person_nr personid pid socialnumber socsecno social_security civicno "
    "civic_no uniqueidentifier fodelsenummer fodnr identifierare personalidnumber identifier person_nummer employeeid",
    "givenName": "fornamn namnf fnamn fnam tilltalsnamn given givenname fname firstname preferredname "
    "preferredfirstname",
    "middleName": "mellannamn middlename partnamemiddle",
    "familyName": "efternamn slaktnamn namne enamn enam family sn lname lastname surname familyname",
    "wholeName": "fullnamn fullname fn cn visningsnamn namn name displayname elevnamn personnamn",
    "eppn": "eppn edupersonprincipalname edupersonprincipalnames federationsanvandarnamn userprincipalname upn "
    "username anvandarnamn anvnamn login mailnickname samaccountname anvandare anvandarid userid",
    "email": "epost epostadress mail email emailworkschool emailwork skolmail mailadress emailaddress",
    "securityMarking": "sekretess sekretessmarkering skyddad skyddadidentitet skydd privacy sekr securitymarking "
    "skyddadepersonuppgifter dolj doljkontaktuppgifter",
    "schoolUnitCode": "skolenhetskod skolenhet skolkod schoolunitcode enhetskod scbkod skolid scbsskolid scbid "
    "schooldfenumber schoolnumber identifier enhet enhetid skola unitid skolnr",
    "unit": "enhet enhetid unitid skola skolid skolnamn orgsourcedid orgsourcedids schoolid schoolsourcedid "
    "skolenhet enhetskod skolkod rektorsomrade rektorsomradeid enhetsnamn skolnr arbetsplats",
    "schoolType": "skolform skolformkort skolformid schooltype utbildningsform form verksamhetsform",
    "schoolYear": "arskurs ak klassniva schoolyear grade grades departmentnumber arskurser",
    "educationCode": "studievagskod studievag programkod programcode officialprogramcode program educationcode "
    "inriktning",
    "class": "klass klassnamn class classname avdelning avdelningsnamn formgroup homeroom klassbeteckning",
    "classId": "klassid avdelningid classid",
    "group": "grupp gruppnamn undervisningsgrupp kursgrupp amnesgrupp section group groupname courseperiod",
    "groupId": "gruppid groupid undervisningsgruppid",
    "subject": "amne amneskod subjectcode recommendedsubjectcode kurs kurskod coursecode subject",
    "dutyRole": "befattning befattningskod personalkategori tjanst titel dutyrole institutionrole profile jobtitle "
    "title personalbefattning aid aidkod yrke roll role type typ",
    "role": "roll role anvandartyp usertype persontyp institutionrole employeetype profile type typ kategori",
    "groupKind": "typ type classtype grouptype gruppkategori grupptyp kategori",
    "signature": "signatur sign initial initialer initials betygsign",
    "from": "fran start startdatum begin startdate fromdat fromdatum datestart inskriven lasarfran begindate "
    "giltigfran validfrom anstalldfran",
    "to": "till slut slutdatum slutat end enddate tomdat tomdatum tilldatum dateend utskriven lasartill giltigtill "
    "validto anstalldtill avgangsdatum avslutad",
    "status": "status aktiv active statusid recstatus personstatus enableduser isdisable isdisabled ejaktiv "
    "inaktiv elevstatus",
    "name": "namn name displayname gruppnamn klassnamn skolnamn benamning title beskrivning enhetsnamn skola",
    "id": "id elevid personid elevguid guid objectguid entryuuid sourcedid sisid externtid importreferenceid "
    "studentid staffid anstid personalid lararid anstnr anstallningsnr anstallningsnummer userid pupilid",
    "extract": "uttagsdatum datetime exportdatum",
}


def plain(name: str) -> str:
    """`Läsår_från` -> `lasarfran`"""
    folded = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z0-9]", "", "".join(sign for sign in folded if not unicodedata.combining(sign)))


def _meanings() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for meaning, names in _NAMES.items():
        for name in names.split():
            found[plain(name)] = (*found.get(plain(name), ()), meaning)
    return found


MEANINGS = _meanings()
"""Plain name -> what it may be, the likeliest first; what stands in the column decides."""

COLUMNS: dict[str, str] = {name: meanings[0] for name, meanings in MEANINGS.items()}
"""Plain name -> what it probably is."""

_OWNER = re.compile(
    r"(elev(ens)?|person(ens)?|personal(ens)?|larar(e|ens)?|anst|student|pupil|user|skol(?!a)|klass|grupp)"
)


def meanings(name: str) -> tuple[str, ...]:
    """What a column of that name may be: by the whole name, or without what it belongs to (`ELEV_FORNAMN`)."""
    whole = plain(name)
    if whole in MEANINGS:
        return MEANINGS[whole]
    owner = _OWNER.match(whole)
    return MEANINGS.get(whole[owner.end() :], ()) if owner else ()


GUARDIAN = re.compile(
    r"vh(?![a-z]{3})|vh(namn|pnr|mail|epost|tel)|vardnadshav|malsman|guardian|parent(?!sourced|org)|carer?(?!er)|"
    r"careholder|anhorig|foralder|foraldra|foraldr|contact|kontakt|responsible|narmast"
)
"""Plain names of tables and columns about guardians: never read."""
