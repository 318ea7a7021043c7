"""Messages about rows and objects in Swedish. What is said of a mapping or of config.toml stays in English.

Code says things once, in English; here stands each of its sentences beside the Swedish one, with {} for what is filled
in. A test reads the code and finds every sentence here.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

SENTENCES = {
    # why a run ended
    "a source cannot be read; last night's data stay published": (
        "en källa kan inte läsas; förra nattens uppgifter gäller fortfarande"
    ),
    "a source broke off; last night's data stay published": (
        "en källa bröts av; förra nattens uppgifter gäller fortfarande"
    ),
    "a source is too old; last night's data stay published": (
        "en källa är för gammal; förra nattens uppgifter gäller fortfarande"
    ),
    "a source is too short; last night's data stay published": (
        "en källa är för kort; förra nattens uppgifter gäller fortfarande"
    ),
    "a source has shrunk; last night's data stay published": (
        "en källa har krympt; förra nattens uppgifter gäller fortfarande"
    ),
    "the sources no longer fit the mapping": "källorna passar inte längre mappningen",
    "the mapping is wrong; nothing was read": "mappningen är fel; inget lästes",
    "the mapping stops the run where this is missing (missing: stop)": (
        "mappningen stoppar körningen där detta saknas (missing: stop)"
    ),
    "the gate held the run; what was published stays. Look at the changes in {}, then let them through with "
    "sync --approve {}.": (
        "spärren stoppade körningen; det som publicerats gäller fortfarande. Se ändringarna i {}, och släpp sedan "
        "igenom dem med sync --approve {}."
    ),
    # why the gate holds a run
    "{}: {} of {} would be deleted ({}); gate.max_deleted is {}": (
        "{}: {} av {} skulle tas bort ({}); gate.max_deleted är {}"
    ),
    "{}: {} of {} would be updated ({}); gate.max_updated is {}": (
        "{}: {} av {} skulle ändras ({}); gate.max_updated är {}"
    ),
    "{}: {} of {} would be created ({}); gate.max_created is {}": (
        "{}: {} skulle vara nya, mot {} publicerade ({}); gate.max_created är {}"
    ),
    "Group: {} would lose more of their members than gate.max_members_removed allows ({}); the worst {}": (
        "Group: {} skulle förlora fler av sina medlemmar än gate.max_members_removed tillåter ({}); den värsta {}"
    ),
    "{}: {} would change in {} of {} objects, in {} of them to what {} holds now. Has a column moved?": (
        "{}: {} skulle ändras i {} av {} objekt, i {} av dem till det som {} har nu. Har en kolumn flyttats?"
    ),
    "{}: {} would change in {} of {} objects ({}); gate.max_attribute_changed is {}": (
        "{}: {} skulle ändras i {} av {} objekt ({}); gate.max_attribute_changed är {}"
    ),
    "{}: {} would change in {} of {} objects ({}); gate.max_identity_changed is {}": (
        "{}: {} skulle ändras i {} av {} objekt ({}); gate.max_identity_changed är {}"
    ),
    "Person: {} of {} would be deleted and come again under another id, with the same personnummer or user name ({}); "
    "gate.max_renewed is {}. Has the column changed that their id is made from?": (
        "Person: {} av {} skulle tas bort och komma igen med ett annat id, med samma personnummer eller användarnamn "
        "({}); gate.max_renewed är {}. Har kolumnen ändrats som deras id görs av?"
    ),
    "Person: {} of {} would leave {} ({}); gate.max_left_unit is {}": (
        "Person: {} av {} skulle lämna {} ({}); gate.max_left_unit är {}"
    ),
    "Person: {} of {} would be withheld as newly protected ({}); gate.max_withheld is {}. Has the marking column "
    "changed its meaning?": (
        "Person: {} av {} skulle hållas undan som nyligen skyddade ({}); gate.max_withheld är {}. Har kolumnen med "
        "skyddsmarkering fått en annan betydelse?"
    ),
    "Person: {} of {} protected persons would stop being protected ({}); gate.max_unprotected is {}. Has the marking "
    "column been lost?": (
        "Person: {} av {} skyddade personer skulle sluta vara skyddade ({}); gate.max_unprotected är {}. Har kolumnen "
        "med skyddsmarkering försvunnit?"
    ),
    "{}: no row has a protection mark any more, where {} had one in the last good run. Has the marking column been "
    "lost?": (
        "{}: ingen rad har längre en skyddsmarkering, mot {} i den senaste goda körningen. Har kolumnen med "
        "skyddsmarkering försvunnit?"
    ),
    "{}: only {} of the rows are found in the source that carries the protection mark; {} were in the last good run. "
    "Who is not found there would stop being protected.": (
        "{}: bara {} av raderna hittas i källan som har skyddsmarkeringen; i den senaste goda körningen var det {}. "
        "Den som inte hittas där skulle sluta vara skyddad."
    ),
    "{}: {} of the rows are found there; {} were in the last good run; gate.max_unmatched is {}. Is that source "
    "complete, and its key as before?": (
        "{}: {} av raderna hittas där; i den senaste goda körningen var det {}; gate.max_unmatched är {}. Är den "
        "källan hel, och dess nyckel som förut?"
    ),
    # what is said of a mapping that does not say otherwise
    "an empty cell: the attribute is left out; the object is rejected where the attribute is required": (
        "ett tomt fält: uppgiften utelämnas; objektet avvisas där uppgiften krävs"
    ),
    "a value that the code list lacks: the object is rejected": "ett värde som kodlistan saknar: objektet avvisas",
    "no or an unknown protection mark: the person counts as protected": (
        "ingen eller en okänd skyddsmarkering: personen räknas som skyddad"
    ),
    "a reference in a list (member, teacher, group) that leads nowhere: the item is left out and reported": (
        "en hänvisning i en lista (medlem, lärare, grupp) som inte leder någonstans: den utelämnas och rapporteras"
    ),
    "another reference that leads nowhere: the object is rejected": (
        "en annan hänvisning som inte leder någonstans: objektet avvisas"
    ),
    "an object that stops being valid: its last good version stays published": (
        "ett objekt som slutar vara giltigt: dess senaste goda version förblir publicerad"
    ),
    "a source without rows: the run stops, and last night's data stay published": (
        "en källa utan rader: körningen stoppas, och förra nattens uppgifter gäller fortfarande"
    ),
    # why an object is not published
    "withheld: protected": "undanhållen: skyddad person",
    "withheld: another row says that this person is protected": (
        "undanhållen: en annan rad säger att personen är skyddad"
    ),
    "withheld: this person was protected, and the mark has not been gone for long enough": (
        "undanhållen: personen var skyddad, och markeringen har inte varit borta tillräckligt länge"
    ),
    "left out by a condition (keep), or because it refers to something that is not published": (
        "utelämnad av ett villkor (keep), eller för att den hänvisar till något som inte publiceras"
    ),
    "no row gives it now": "ingen rad ger det nu",
    # what is missing
    "is empty": "är tomt",
    "is empty: no row of {} matches": "är tomt: ingen rad i {} hör till",
    "{}; a value is required": "{}; ett värde måste finnas",
    "has no value, and one is required": "saknar värde, och ett måste finnas",
    "is empty, and a reference is required": "är tomt, och en referens måste finnas",
    "is required, but nothing was mapped or the cell was empty": "måste finnas, men fältet var tomt",
    "is empty; at least one is required": "är tomt; minst ett måste finnas",
    "has no id: {} is empty": "har inget id: {} är tomt",
    "has no id: {} is not a uuid": "har inget id: {} är inte ett uuid",
    "is required for {} (1 to 10)": "måste finnas för {} (1 till 10)",
    "is required for GY (studievägskod)": "måste finnas för GY (studievägskod)",
    'is missing an address of type "Skola personal", which staff must have': (
        'saknar en adress av slaget "Skola personal", som personal måste ha'
    ),
    "has no members, so it is not published": "har inga medlemmar och publiceras därför inte",
    # what has another form
    "is not in the profile": "finns inte i profilen",
    "is not one of {}": "är inte något av {}",
    "is longer than {} characters": "är längre än {} tecken",
    "has more than one value; exactly one is allowed": "har mer än ett värde; det ska vara exakt ett",
    "has another form than {}": "har en annan form än {}",
    "eight digits": "åtta siffror",
    "name@domain": "namn@domän",
    "required": "väntat",
    "is below {}": "är under {}",
    "is above {}": "är över {}",
    "is not of the form local-part@domain": "har inte formen namn@domän",
    "contains a personnummer": "innehåller ett personnummer",
    "holds a personnummer": "innehåller ett personnummer",
    "is of a domain that organiser.user_name_domains lacks": "har en domän som inte står i organiser.user_name_domains",
    "is one of Skatteverket's test numbers, which belong to nobody": (
        "är ett av Skatteverkets testnummer, som inte tillhör någon"
    ),
    "stands at {}, which has no programmes": "står vid {}, som inte har några studievägar",
    "resembles the name (Skolverket warns: 3047)": "liknar namnet (Skolverket varnar: 3047)",
    "holds U+FFFD: a letter was lost in the export": "innehåller U+FFFD: en bokstav gick förlorad i exporten",
    "holds {}, which nobody sees": "innehåller {}, som ingen ser",
    "is made of a cell with {} in it": "görs av ett fält med {} i",
    "is not a date (ÅÅÅÅ-MM-DD)": "är inget datum (ÅÅÅÅ-MM-DD)",
    "is not a date of the form {}": "är inget datum av formen {}",
    "is not a whole number": "är inget heltal",
    "is neither yes (1, ja, true, J, Y) nor no (0, nej, false, N)": (
        "är varken ja (1, ja, true, J, Y) eller nej (0, nej, false, N)"
    ),
    "is not a uuid": "är inte ett uuid",
    "does not match pattern({})": "passar inte pattern({})",
    "is not in the code list {}": "finns inte i kodlistan {}",
    # personnummer
    "is not twelve digits (ÅÅÅÅMMDDNNNN) or a TF number (ÅÅÅÅMMDDTFnn)": (
        "är inte tolv siffror (ÅÅÅÅMMDDNNNN) eller ett TF-nummer (ÅÅÅÅMMDDTFnn)"
    ),
    "has a wrong check digit": "har fel kontrollsiffra",
    "has no real birth date": "har ett födelsedatum som inte finns",
    "has the serial number 000, which is never given out": "har födelsenumret 000, som aldrig delas ut",
    "contains an invisible character, such as a soft hyphen": (
        "innehåller ett osynligt tecken, som ett mjukt bindestreck"
    ),
    "is a number that a spreadsheet destroyed by rounding it; {}": (
        "är ett tal som ett kalkylprogram har förstört genom att avrunda det; {}"
    ),
    "format the column as text before the export": "gör kolumnen till text före exporten",
    "format the column as text before the export, or use as: [pad(10), personnummer]": (
        "gör kolumnen till text före exporten, eller använd as: [pad(10), personnummer]"
    ),
    "is a T number (a birth date, T and three digits), {}": "är ett T-nummer (födelsedatum, T och tre siffror), {}",
    "is an R-number (reservnummer), {}": "är ett R-nummer (reservnummer), {}",
    "which Skolverket does not accept; it takes a personnummer, a samordningsnummer or a TF number (ÅÅÅÅMMDDTFnn)": (
        "som Skolverket inte godtar; det ska vara ett personnummer, samordningsnummer eller TF-nummer (ÅÅÅÅMMDDTFnn)"
    ),
    "does not begin with the century 18, 19 or 20": "börjar inte med århundradet 18, 19 eller 20",
    "is a TF number without exactly two digits after TF": "är ett TF-nummer utan exakt två siffror efter TF",
    "has nine digits: a leading zero is lost; {}": "har nio siffror: en inledande nolla är borta; {}",
    "has eleven digits: a leading zero or another digit is lost; {}": (
        "har elva siffror: en inledande nolla eller någon annan siffra är borta; {}"
    ),
    "is as long as a birth date: the four characters after it are missing": (
        "är lika långt som ett födelsedatum: de fyra tecknen efter det saknas"
    ),
    "has too few digits: 10 or 12 are needed": "har för få siffror: det ska vara 10 eller 12",
    "has too many digits: 10 or 12 are needed": "har för många siffror: det ska vara 10 eller 12",
    "is a number with decimals": "är ett tal med decimaler",
    "has no digits 0-9, so it is not a personnummer, samordningsnummer or TF number": (
        "har inga siffror 0-9 och är därför inget personnummer, samordningsnummer eller TF-nummer"
    ),
    "is not written ÅÅMMDD-NNNN or ÅÅÅÅMMDD-NNNN, with or without the hyphen": (
        "skrivs inte ÅÅMMDD-NNNN eller ÅÅÅÅMMDD-NNNN, med eller utan bindestreck"
    ),
    "contains other characters than those of a personnummer, samordningsnummer or TF number": (
        "innehåller andra tecken än de i ett personnummer, samordningsnummer eller TF-nummer"
    ),
    # what leads to others
    "Organisation": "skolenhet",
    "Person": "person",
    "Duty": "tjänstgöring",
    "Group": "grupp",
    "Activity": "aktivitet",
    "test_activity": "provaktivitet",
    "programme": "studieväg",
    "refers to more than one {}": "pekar på mer än en {}",
    "refers to no {} that is published": "pekar inte på någon {} som publiceras",
    "refers to a school unit that is not published": "pekar på en skolenhet som inte publiceras",
    "leads only to what is there and is not published, so neither is this": (
        "leder bara till sådant som finns men inte publiceras, och publiceras därför inte heller"
    ),
    "no row of {} matches": "ingen rad i {} hör till",
    "has the same key as another row that says something else": (
        "har samma nyckel som en annan rad som säger något annat"
    ),
    "is said differently by rows that are one object; to be safe, the person counts as protected": (
        "sägs olika av rader som är ett objekt; för säkerhets skull räknas personen som skyddad"
    ),
    "is said differently by rows that are one object, so the condition on it cannot be told": (
        "sägs olika av rader som är ett objekt, så villkoret på det går inte att avgöra"
    ),
    "{}, so the condition on it cannot be told": "{}, så villkoret på det går inte att avgöra",
    "has an id that another row gives to a different object": "har ett id som en annan rad ger åt ett annat objekt",
    "belongs to another person too": "tillhör även en annan person",
    "is also the number of somebody without a mark, under another key: both are withheld": (
        "är även numret på någon utan markering, under en annan nyckel: båda hålls tillbaka"
    ),
    "has a class among its groups; only teaching groups (Undervisning) take tests": (
        "har en klass bland sina grupper; bara undervisningsgrupper gör prov"
    ),
    "has a group of another school unit": "har en grupp på en annan skolenhet",
    "has a teacher whose duty is at another school unit": "har en lärare vars tjänstgöring är på en annan skolenhet",
    "tells {} of somebody protected: give it another name": (
        "berättar {} för någon som är skyddad: ge den ett annat namn"
    ),
    "is told in the finding {} here: {} of somebody protected": ("berättas i {} här: {} för någon som är skyddad"),
    "the name": "namnet",
    "the user name": "användarnamnet",
    "the personnummer": "personnumret",
    "something would tell of somebody protected; what was published stays, without who is newly protected": (
        "något skulle berätta om någon som är skyddad; det som publicerats gäller fortfarande, utan nyligen skyddade"
    ),
    "comes again as {}: is it the same person? Then `ids alias {} {}` keeps this id": (
        "kommer igen som {}: är det samma person? Då behåller `ids alias {} {}` detta id"
    ),
    "was complained of by Skolverket's client": "Skolverkets tjänst har anmärkt på objektet",
    "was complained of by Skolverket's client: {}": "Skolverkets tjänst har anmärkt på objektet: {}",
    "an id that is no uuid (2010)": "ett id som inte är ett uuid (2010)",
    "a value of the wrong form (2011)": "ett värde av fel form (2011)",
    "a user name that resembles the name (3047)": "ett användarnamn som liknar namnet (3047)",
    "an object that it does not find (4001)": "ett objekt som den inte hittar (4001)",
    "an error of unknown kind (5004)": "ett okänt fel (5004)",
    # whole columns
    "1 row has a {} that cannot be read ({}): nothing finds them.{}": (
        "1 rad har en {} som inte går att läsa ({}): inget hittar dem.{}"
    ),
    "{} rows have a {} that cannot be read ({}): nothing finds them.{}": (
        "{} rader har en {} som inte går att läsa ({}): inget hittar dem.{}"
    ),
    " Who stands there may be protected, and is not found.": " Den som står där kan vara skyddad, och hittas inte.",
    "1 row lacks {}, a part of the key {}: nothing finds them.": (
        "1 rad saknar {}, en del av nyckeln {}: inget hittar dem."
    ),
    "{} rows lack {}, a part of the key {}: nothing finds them.": (
        "{} rader saknar {}, en del av nyckeln {}: inget hittar dem."
    ),
    "1 cell was encoded twice (Ã¥ for å) and read right. Mend the export before letters are lost.": (
        "1 fält var dubbelkodat (Ã¥ för å) och lästes rätt. Laga exporten innan bokstäver går förlorade."
    ),
    "{} cells were encoded twice (Ã¥ for å) and read right. Mend the export before letters are lost.": (
        "{} fält var dubbelkodade (Ã¥ för å) och lästes rätt. Laga exporten innan bokstäver går förlorade."
    ),
    "1 cell was written with signs that nobody sees ({}): they were taken away.": (
        "1 fält var skrivet med tecken som ingen ser ({}): de togs bort."
    ),
    "{} cells were written with signs that nobody sees ({}): they were taken away.": (
        "{} fält var skrivna med tecken som ingen ser ({}): de togs bort."
    ),
    "1 person would stop being protected: the mark is gone. They are published when that has been so for {} nights "
    "(gate.unprotected_nights), or at once where a plan of it is approved.": (
        "1 person skulle sluta vara skyddad: markeringen är borta. De publiceras när det har varit så i {} nätter "
        "(gate.unprotected_nights), eller genast om en plan med det godkänns."
    ),
    "{} persons would stop being protected: the mark is gone. They are published when that has been so for {} nights "
    "(gate.unprotected_nights), or at once where a plan of it is approved.": (
        "{} personer skulle sluta vara skyddade: markeringen är borta. De publiceras när det har varit så i {} nätter "
        "(gate.unprotected_nights), eller genast om en plan med det godkänns."
    ),
}
"""English -> Swedish, as many {} in the same order."""

_VALUE = re.compile(r"'.*?' ", re.DOTALL)


@lru_cache(maxsize=4096)
def swedish(message: str) -> str:
    """A message in Swedish, the value in front of it as it is; "" where it is none of these."""
    value = found[0] if (found := _VALUE.match(message)) else ""
    said = _said(message.removeprefix(value))
    return value + said if said else ""


def _said(text: str) -> str:
    if text in SENTENCES:
        return SENTENCES[text]
    for pattern, sentence in _patterns():
        if found := pattern.fullmatch(text):
            return sentence.format(*(_said(part) or _share(part) for part in found.groups()))
    return ""


def _share(text: str) -> str:
    """26.1% as Swedish writes it: 26,1 %."""
    return re.sub(r"\A(\d+)(?:\.(\d+))?%\Z", lambda found: f"{found[1]}{(found[2] and ',' + found[2]) or ''} %", text)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The longest first: what stands in a long one may also fit a short one."""
    filled = sorted((text for text in SENTENCES if "{}" in text), key=len, reverse=True)
    return [(re.compile("(.*)".join(map(re.escape, text.split("{}"))), re.DOTALL), SENTENCES[text]) for text in filled]
