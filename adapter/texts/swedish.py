"""En sida för varje kod: vad den betyder och vad man gör. Samma koder som i `english`; ett test håller dem lika."""

from __future__ import annotations

PAGES: dict[str, tuple[str, str]] = {
    # config.toml
    "C100": ("config.toml är inte TOML.", "Rätta raden som nämns: ett citattecken, en parentes eller ett = saknas."),
    "C110": ("En nyckel som inte finns.", "Rätta stavningen; `config example` skriver ut alla nycklar."),
    "C111": ("En nyckel som behövs saknas.", "Lägg till den; `config example` förklarar den."),
    "C112": ("Ett värde av fel slag eller utanför gränserna.", "Skriv ett värde som `config example` visar."),
    "C113": ("En inställning för en källa är fel.", "Se docs/connectors.md för vad kopplingen tar emot."),
    "C120": ("Miljövariabeln för en hemlighet är inte satt.", "Sätt den för användaren som kör kommandot."),
    "C121": ("Filen med en hemlighet kan inte läsas.", "Skapa den, läsbar för användaren som kör kommandot."),
    "P110": ("En egen profil nämner mer än Skolverkets.", "Ta bort attributet: en profil får bara minska."),
    # källor
    "S101": ("En kopplingsmodul kan inte laddas.", "Installera den i samma miljö, eller fråga den som gjort den."),
    "S102": ("En fil saknas eller kan inte läsas.", "Se om exporten har körts och vem som får läsa mappen."),
    "S103": ("En fil är tom.", "Se varför exporten inte skrev något."),
    "S104": ("En fil har en annan teckenkodning än väntat.", "Ange `encoding` för källan, eller exportera om."),
    "S105": (
        "Rubrikraden går inte att använda.",
        "Ange `header` eller `skip_lines`, eller rätta exportens första rad.",
    ),
    "S106": ("Filerna i en källa har olika kolumner.", "Gör dem lika, eller gör dem till två källor."),
    "S107": (
        "En rad har för många eller för få fält.",
        "Se på raden: ett skiljetecken inne i en text måste stå inom citattecken.",
    ),
    "S108": ("En fil är inte CSV, eller avhuggen.", "Se på raden; exportera om där filen slutar mitt i."),
    "S109": (
        "En fil ändrades medan den lästes.",
        "Kör senare än exporten, eller låt den skriva på annan plats och byta namn på filen.",
    ),
    "S110": (
        "Ett citattecken i en CSV-fil slukar hela rader.",
        "Rätta texten på den raden; sätt long_texts = true där texter får se ut så.",
    ),
    "S112": ("Det går inte att säga vilken fil som är nyast.", "Ta bort en, eller gå efter det andra av namn och tid."),
    "S113": ("En export är inte klar.", "Kör senare, eller se varför exporten stannade."),
    "S114": ("En packad fil kan inte packas upp.", "Packa om den utan lösenord; nämn filen i den med `member`."),
    "S115": ("En fil på en annan dator kan inte hämtas.", "Se adress, `access` och nätverk; orden säger vilket."),
    "S120": ("Databasens url kan inte användas.", "Rätta den, eller installera databasens drivrutin."),
    "S121": ("Databasen släpper inte in oss.", "Kontrollera url, nätverk, användare och lösenord."),
    "S122": ("Databasen vägrar utföra frågan.", "Prova frågan i databasens eget verktyg."),
    "S123": ("En fråga ger två kolumner med samma namn.", "Namnge kolumnerna en och en, med AS där det behövs."),
    "S124": ("Databasen avbröt.", "Kör igen; fråga databasens förvaltare om det fortsätter."),
    "S125": (
        "Ett fält kan inte skrivas som text.",
        "Omvandla det i frågan (CAST), eller utelämna kolumnen.",
    ),
    "S130": (
        "En källa har färre rader än väntat.",
        "Se varför exporten är kort; eller ändra `expect: {min_rows: …}`.",
    ),
    "S132": (
        "En källa är mycket kortare än vid senaste lyckade körning.",
        "Se varför exporten är kort. Är det rätt: sync --dry-run --plan FIL, sedan sync --approve FIL.",
    ),
    "S131": (
        "En fil är äldre än väntat.",
        "Se varför exporten inte har körts; eller ändra `expect: {max_age: …}`.",
    ),
    "S133": (
        "En källa saknar kolumner som väntas.",
        "Se varför exporten har ändrats; eller ändra `expect: {columns: …}`.",
    ),
    "S140": ("En fil är inte XML, eller avhuggen.", "Se på raden; exportera om där filen slutar mitt i."),
    "S141": (
        "En XML-fil deklarerar entiteter, som inget register behöver.",
        "Låt exportera den utan egen DTD.",
    ),
    "S142": (
        "En XML-fil har för många olika element för att vara en lista med rader.",
        "Nämn filen med raderna; eller skriv källan för hand: `rows` och `columns` (docs/connectors.md).",
    ),
    "S143": ("En fil är inte JSON, eller avhuggen.", "Se på stället; säg med `rows` var raderna finns."),
    "S144": ("Det är oklart vilket blad som menas.", "Nämn det med `sheet`."),
    "S145": ("En fil är inget kalkylblad, eller har lösenord.", "Spara om den utan lösenord; text läses av csv."),
    "S150": (
        "Fält innehöll tecken som ingen ser; de togs bort.",
        "Inget är fel i det som publiceras; användarnamn, nycklar och personnummer med sådana tecken avvisas (M313).",
    ),
    "S151": (
        "Fält var dubbelkodade; de lästes rätt.",
        "Låt exporten skriva UTF-8 en gång: ur dubbelkodad text försvinner bokstäver förr eller senare.",
    ),
    "S152": (
        "En fil har rader i två teckenkodningar.",
        "Varje rad lästes i sin egen; exportera hela filen i en.",
    ),
    "S154": ("Celler i ett blad visar ett fel (#SAKNAS!).", "De läses som tomma. Rätta formeln."),
    "S155": ("Formler i ett blad har aldrig räknats ut.", "De läses som tomma. Öppna och spara i Excel."),
    "S156": ("Ett blad har dolda rader.", "De läses som alla andra. Ta bort det som inte ska läsas."),
    "S157": ("Tal i ett blad är för långa för det.", "Det har sparat 15 siffror. Gör cellerna till text först."),
    "S158": ("En kolumns sökväg leder ingenstans i de första raderna.", "Rätta sökvägen i källans `columns`."),
    "S153": ("Ett värde står i en kolumn utan namn.", "Ge kolumnen ett namn i exporten, eller ange `header`."),
    # mappningens form
    "M100": ("Mappningen är inte YAML.", "Rätta stället: indrag, mellanslag efter kolon, citattecken."),
    "M101": ("En nyckel står två gånger.", "Behåll en av dem; annars skulle den andra gälla utan ett ord."),
    "M102": ("YAML som inte används i mappningar.", "Skriv ut det: inga ankare, taggar eller sammanslagningar."),
    "M110": ("Ett ord som inte finns på det här stället.", "docs/mapping.md har alla ord."),
    "M111": ("En text där en tabell eller lista väntas, eller tvärtom.", "Slå upp ordet i docs/mapping.md."),
    "M112": ("En del saknas.", "Lägg till det som meddelandet nämner."),
    "M113": ("Ett värde som det här ordet inte tar emot.", "Använd ett av dem som meddelandet nämner."),
    "M120": ("En omvandling som inte finns, eller saknar sitt argument.", "docs/mapping.md listar dem."),
    "M121": (
        "En omvandling vars resultat inte passar det som följer.",
        "Text går in först; `split` ger en lista, `integer` ett tal. Se docs/mapping.md.",
    ),
    # mappningens namn
    "M200": ("En källa som inte finns.", "Rätta namnet, eller lägg till [sources.NAMN] i config.toml."),
    "M201": ("En källa är beskriven men används inte.", "Inget är fel; ta bort den, eller använd den."),
    "M202": ("Ett attribut som Skolverkets profil utelämnar.", "Inget är fel: det varken läses eller sänds."),
    "M203": ("En källa saknar kolumner som är valfria.", "Inget är fel: de läses som tomma."),
    "M210": ("En kolumn som källan inte har.", "Rätta namnet; `check` känner till rubrikerna."),
    "M220": ("Ett attribut som inte finns.", "Rätta stavningen; meddelandet nämner dem som finns."),
    "M221": ("Ett attribut som behövs är inte mappat.", "Mappa det: utan det är inget objekt giltigt."),
    "M222": ("Ett värde av annan form än attributet.", "En lista kräver list eller each, en referens ref."),
    "M230": ("En referens till en typ som inte är mappad.", "Mappa typen, eller rätta namnet."),
    "M231": ("En referens till en typ med flera regler.", "Säg vilken med `of: KÄLLA`."),
    "M232": ("En referens med fler eller färre kolumner än nyckeln.", "Nämn lika många som målets `key` har."),
    "M233": ("En källa slås upp men saknar nyckel.", "Säg under `sources:` vilken kolumn som hittar raderna."),
    "M234": ("En organisation med eget id.", "Skolenheter har Skolverkets id: {school_unit: KOLUMN}."),
    "M235": (
        "Kolumner jämförs som inte har något värde gemensamt.",
        "Tal är aldrig lika med uuid eller datum: nämn rätt kolumn, eller ge båda samma form med `as`.",
    ),
    "M236": ("En referens till fel typ.", "Säg vad attributet pekar på: meddelandet nämner det."),
    "M240": ("En kodlista som inte finns.", "Rätta namnet, eller lägg till den under `codes:`."),
    "M241": ("En kodlista används inte.", "Inget är fel; ta bort den, eller använd den."),
    "M242": ("Ett värde som standarden inte har.", "Använd ett av dem som meddelandet nämner."),
    "M243": (
        "En kodlista ur en källa står där ingen källa får slås upp.",
        "Skriv listan under `codes`, eller översätt värdet där det används.",
    ),
    "M244": (
        "En kolumn som berättar om skydd är valfri.",
        "Ta den ur `optional`: en export utan skyddsmarkeringar måste stoppa körningen.",
    ),
    "M250": ("En konstant av fel slag.", "Skriv den som attributet behöver den."),
    "M260": ("Ett test av mappningen gick inte igenom.", "Rätta mappningen, eller det som testet väntar sig."),
    # rader
    "M300": ("Ett värde saknas som måste finnas.", "Fyll i det i elevregistret; eller säg `empty:` i mappningen."),
    "M301": (
        "En rad saknar det som dess id görs av.",
        "Fyll i det i elevregistret, eller utelämna sådana rader med `keep`.",
    ),
    "M302": ("Ett id som inte är ett uuid.", "Använd uuid5 för nycklar som inte är uuid."),
    "M310": (
        "Ett värde som inte går att läsa.",
        "Rätta det i elevregistret, eller välj en annan omvandling i mappningen.",
    ),
    "M312": (
        "Ett villkor som inte går att avgöra.",
        "Rätta datumet i elevregistret, eller säg hur det skrivs med `as`.",
    ),
    "M313": (
        "Ett användarnamn, en nyckel eller ett personnummer med ett tecken som ingen ser.",
        "Skriv in det på nytt i elevregistret: om tecknet hör dit kan bara registret veta.",
    ),
    "M320": (
        "Ett ord som kodlistan saknar.",
        "Rätta ordet i elevregistret; eller lägg till det i listan, eller säg `otherwise:` eller `unknown:`.",
    ),
    "M330": (
        "En referens som inte leder någonstans.",
        "Se varför det andra objektet saknas; `missing:` säger vad som då händer.",
    ),
    "M331": (
        "En referens som passar flera objekt.",
        "Nämn fler kolumner i `via` och `by`, så att bara ett är kvar.",
    ),
    "M332": (
        "Allt som ett objekt behöver finns men publiceras inte.",
        "Inget är fel med det; se varför de andra inte publiceras.",
    ),
    "M341": (
        "Två rader som gäller samma objekt säger olika.",
        "Rätta en av dem, eller gör nyckeln noggrannare. Gäller det skydd räknas personen som skyddad.",
    ),
    "M342": ("Ingen rad hör till den här.", "Se varför; eller ta bort `unmatched: report`."),
    "M343": (
        "Inte en enda rad hör till.",
        "Två kolumner som innehåller olika saker, eller samma sak skriven olika: se `as:`.",
    ),
    "M344": (
        "Rader som slås upp har en nyckel som inte går att läsa.",
        "Rätta nyckeln i registret; den som saknas i en lista över skyddade skyddas inte av den.",
    ),
    "M345": (
        "En skyddad person finns även under en annan nyckel, utan markering: båda hålls tillbaka.",
        "Markera båda i registret, eller slå ihop dem där.",
    ),
    "M346": (
        "Personer som var skyddade har förlorat sin markering.",
        "Se om det är rätt. De publiceras när det har varit så i gate.unprotected_nights nätter.",
    ),
    "M347": (
        "Rader som slås upp har bara en del av sin nyckel.",
        "Fyll i den i registret, eller ta kolumnen ur nyckeln.",
    ),
    "M348": (
        "En körning på det som tycktes oförändrat kom fram till något annat.",
        "Rapportera det, och kör `sync --full` tills det är lagat.",
    ),
    "M350": (
        "Två rader ger samma id åt olika objekt.",
        "Gör `id` av kolumner som skiljer dem åt; beskriver två regler samma objekt, säg `same_id: merge`.",
    ),
    "M351": (
        "Två personer har samma användarnamn.",
        "Rätta katalogen (AD): ingen av dem publiceras förrän dess.",
    ),
    "M352": (
        "Flera objekt har samma nyckel i källan; en referens genom den leder ingenstans.",
        "Gör `key` av fler kolumner, eller behåll bara raderna som räknas.",
    ),
    "M353": (
        "En person kommer igen med ett annat id.",
        "Har en nyckel ändrats (nytt system, TF-nummer som blev personnummer): `ids alias NYTT GAMMALT` behåller id:t.",
    ),
    # objekt
    "R110": ("Ett värde som måste finnas saknas.", "Fyll i det i elevregistret."),
    "R111": (
        "Ett värde som Skolverkets profil inte godtar.",
        "Rätta uppgiften i elevregistret.",
    ),
    "R120": ("Årskurs saknas där den måste finnas.", "Fyll i årskurs på elevens inskrivning."),
    "R121": ("Studievägskod saknas för en gymnasieelev.", "Fyll i studievägskod på elevens inskrivning."),
    "R122": ("Personal utan e-postadress av slaget Skola personal.", "Fyll i adressen i skolan."),
    "R123": (
        "Ett namn innehåller ett personnummer.",
        "Ta bort numret ur namnet i registret: namn visas för många, personnummer för få.",
    ),
    "R124": (
        "Ett användarnamn med en domän som inte är organisationens.",
        "Rätta användarnamnet, eller lägg till domänen i organiser.user_name_domains.",
    ),
    "R125": (
        "Ett av Skatteverkets testnummer.",
        "I produktion får bara riktiga personer finnas: ta bort personen. I verifieringstest: säg "
        'organiser.environment = "verification".',
    ),
    "R126": (
        "En studievägskod vid en skolform som inte har några.",
        "Skolverket behöver den bara för GY: ta bort den, eller rätta skolformen.",
    ),
    "R130": (
        "Ett användarnamn som liknar namnet.",
        "Skolverket varnar (3047) men tar emot det; överväg andra användarnamn för nya elever.",
    ),
    "R140": (
        "En aktivitet med grupper som inte passar.",
        "Bara undervisningsgrupper på samma skolenhet gör dess prov.",
    ),
    "R141": ("En aktivitet vars lärare arbetar någon annanstans.", "Rätta tjänstgöringen, eller läraren."),
    "R143": (
        "En grupp utan medlemmar publiceras inte.",
        "Är gruppen tom behöver inget göras. Se annars varför medlemmarna saknas.",
    ),
    "R142": ("En skolenhet som inte publiceras.", "Mappa skolenheten, eller rätta dess kod."),
    "R160": (
        "Skolverkets tjänst har anmärkt på objektet.",
        "Läs vad den säger om objektet (`explain ID`) och rätta i elevregistret. När det har ändrats försvinner detta.",
    ),
    "R150": (
        "Något skulle berätta om någon som är skyddad.",
        "Ge gruppen eller aktiviteten ett namn utan personens, eller rätta fältet som nämns.",
    ),
}
"""Kod -> vad den betyder, vad man gör."""

ATTRIBUTES = {
    "Organisation": "skolenheten",
    "Organisation.id": "skolenhetens id",
    "Organisation.displayName": "skolenhetens namn",
    "Organisation.schoolUnitCode": "skolenhetskod",
    "Person.id": "personens id",
    "Person.givenName": "tilltalsnamn",
    "Person.middleName": "mellannamn",
    "Person.familyName": "efternamn",
    "Person.civicNo": "personnummer",
    "Person.eduPersonPrincipalNames": "användarnamn (EPPN)",
    "Person.externalIdentifiers": "eduID-namn",
    "Person.securityMarking": "skyddsmarkering",
    "Person.emails": "e-postadress",
    "Person.enrolments": "inskrivning",
    "Person.enrolments.enroledAt": "inskrivningens skolenhet",
    "Person.enrolments.schoolType": "skolform",
    "Person.enrolments.schoolYear": "årskurs",
    "Person.enrolments.educationCode": "studievägskod",
    "Person.enrolments.cancelled": "avbruten inskrivning",
    "Group": "gruppen",
    "Group.id": "gruppens id",
    "Group.displayName": "gruppens namn",
    "Group.groupType": "slag av grupp",
    "Group.schoolType": "gruppens skolform",
    "Group.organisation": "gruppens skolenhet",
    "Group.groupMemberships": "gruppens medlemmar",
    "Duty": "tjänstgöringen",
    "Duty.id": "tjänstgöringens id",
    "Duty.person": "tjänstgöringens person",
    "Duty.dutyAt": "tjänstgöringens skolenhet",
    "Duty.dutyRole": "roll",
    "Activity": "aktiviteten",
    "Activity.id": "aktivitetens id",
    "Activity.displayName": "aktivitetens namn",
    "Activity.organisation": "aktivitetens skolenhet",
    "Activity.groups": "aktivitetens grupper",
    "Activity.teachers": "aktivitetens lärare",
    "Activity.parentActivity": "provet",
}
"""Attribut -> vad en skola kallar det; en del utan eget namn heter som helheten."""

TYPES = {
    "Organisation": "skolenhet",
    "Person": "person",
    "Group": "grupp",
    "Duty": "tjänstgöring",
    "Activity": "aktivitet",
}


def attribute(subject: str) -> str:
    """Vad en skola kallar ett attribut ("Person.civicNo.value"): "personnummer"; annat som det står."""
    name = subject.partition(" ")[0]
    while name and name not in ATTRIBUTES:
        name = name.rpartition(".")[0]
    return ATTRIBUTES.get(name, subject)
