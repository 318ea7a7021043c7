"""What columns and codes are called in old Swedish systems: for `init`. Compared without case, diacritics and signs."""

from __future__ import annotations

import re
import unicodedata

_COLUMNS = {
    "civicNo": "personnummer personnr pnr persnr socialnumber socsecno socialsecurity civicno fodelsenummer "
    "identifierare personalidnumber uniqueidentifier",
    "givenName": "fornamn tilltalsnamn given givenname fname firstname preferredname",
    "middleName": "mellannamn middlename",
    "familyName": "efternamn family sn lname lastname surname familyname",
    "eppn": "eppn edupersonprincipalname edupersonprincipalnames federationsanvandarnamn userprincipalname upn "
    "username anvandarnamn anvnamn login mailnickname",
    "email": "epost epostadress mail email emailworkschool emailwork skolmail",
    "securityMarking": "sekretess sekretessmarkering skyddad skyddadidentitet skydd privacy sekr securitymarking",
    "schoolUnitCode": "skolenhetskod skolenhet skolkod schoolunitcode enhetskod",
    "schoolType": "skolform skolformkort skolformid schooltype utbildningsform",
    "schoolYear": "arskurs ak klassniva schoolyear grade departmentnumber",
    "educationCode": "studievagskod studievag programkod programcode officialprogramcode program educationcode",
    "dutyRole": "befattning befattningskod personalkategori titel dutyrole institutionrole jobtitle personalbefattning",
    "role": "roll role anvandartyp usertype persontyp",
    "from": "fran start startdatum begin startdate fromdat datestart inskriven lasarfran",
    "to": "till slut slutdatum slutat end enddate tomdat dateend utskriven lasartill",
    "status": "status aktiv active statusid recstatus personstatus",
    "name": "namn name displayname gruppnamn klassnamn skolnamn benamning",
}
COLUMNS: dict[str, str] = {name: meaning for meaning, names in _COLUMNS.items() for name in names.split()}
"""Plain name -> what it probably is."""

SCHOOL_TYPES = {
    "gr": "GR",
    "grundskola": "GR",
    "gy": "GY",
    "gymnasieskola": "GY",
    "gymnasium": "GY",
    "sp": "SP",
    "specialskola": "SP",
    "sam": "SAM",
    "sameskola": "SAM",
    "vuxgy": "VUXGY",
    "komvux": "VUXGY",
    "vuxenutbildning": "VUXGY",
    "kv": "VUXGY",
}
DUTY_ROLES = {
    "larare": "Lärare",
    "rektor": "Rektor",
    "forstelarare": "Förstelärare",
    "speciallarare": "Speciallärare/specialpedagog",
    "specialpedagog": "Speciallärare/specialpedagog",
    "skolskoterska": "Skolsköterska",
    "kurator": "Kurator",
    "fritidspedagog": "Fritidspedagog",
    "bibliotekarie": "Bibliotekarie",
    "skoladministrator": "Skoladministratör",
}
MARKS = {
    "": "Ingen",
    "0": "Ingen",
    "n": "Ingen",
    "nej": "Ingen",
    "false": "Ingen",
    "ingen": "Ingen",
    "f": "Skyddad folkbokföring",
    "skyddadfolkbokforing": "Skyddad folkbokföring",
}
"""Anything else is taken as Sekretessmarkering."""


def plain(name: str) -> str:
    """`Läsår_från` -> `lasarfran`"""
    folded = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z0-9]", "", "".join(sign for sign in folded if not unicodedata.combining(sign)))
