"""A page for every code: what it means, and what to do. `explain CODE` prints it; a test holds it to the code."""

from __future__ import annotations

PAGES: dict[str, tuple[str, str]] = {
    # config.toml
    "C100": ("config.toml is not TOML.", "Correct the line that is named: a missing quote, bracket or equals sign."),
    "C110": ("A key that does not exist.", "Correct its spelling; `config example` prints every key."),
    "C111": ("A required key is missing.", "Add it; `config example` explains it."),
    "C112": ("A value of the wrong kind, or out of bounds.", "Write a value as `config example` shows."),
    "C113": ("A source's option is wrong.", "See docs/connectors.md for the options of its connector."),
    "C120": ("A secret's environment variable is not set.", "Set it for the user who runs the command."),
    "C121": ("A secret's file cannot be read.", "Create it, readable for the user who runs the command."),
    "P110": ("A profile of your own names more than Skolverket's.", "Take the attribute away: a profile only narrows."),
    # sources
    "S101": ("A connector plug-in cannot be loaded.", "Install it into the same environment, or ask its maker."),
    "S102": ("A file is missing or cannot be read.", "See whether the export ran, and who may read its folder."),
    "S103": ("A file is empty.", "See why the export wrote nothing."),
    "S104": ("A file is not in the encoding that was said or found.", "Set `encoding` of the source, or export anew."),
    "S105": ("The header cannot be used.", "Set `header` or `skip_lines`, or correct the export's first line."),
    "S106": ("Files of one source differ in their columns.", "Make them alike, or make them two sources."),
    "S107": ("A row has too many or too few cells.", "Look at the line: a separator inside a text needs quotes."),
    "S108": ("A file is not CSV, or cut off.", "Look at the line; export anew where the file ends in the middle."),
    "S109": ("A file changed while it was read.", "Run later than the export, or let it write elsewhere and rename."),
    "S110": (
        "A quote in a CSV file swallows whole rows.",
        "Correct the text on that line; set long_texts = true where texts may look so.",
    ),
    "S112": ("Which file is the newest cannot be told.", "Take one away, or go by the other of name and time."),
    "S113": ("An export has not ended.", "Run later, or see why the export stopped."),
    "S114": (
        "A packed file cannot be unpacked.",
        "Pack it without a password; name the file in it with `member`.",
    ),
    "S115": (
        "A file of another machine cannot be fetched.",
        "See address, `access` and network.",
    ),
    "S120": ("A database's url cannot be used.", "Correct it, or install the database's driver."),
    "S121": ("The database does not let us in.", "Check url, network, user and password."),
    "S122": ("The database refuses the query.", "Try the query in the database's own tool."),
    "S123": ("A query gives two columns one name.", "Name columns one by one, with AS where needed."),
    "S124": ("The database broke off.", "Run again; ask its administrator where it goes on."),
    "S125": ("A cell cannot be written as text.", "Convert it in the query (CAST), or leave the column out."),
    "S130": (
        "A source has fewer rows than expected.",
        "See why the export is short; or change `expect: {min_rows: …}`.",
    ),
    "S132": (
        "A source is much shorter than in the last good run.",
        "See why the export is short. If it is right: sync --dry-run --plan FILE, then sync --approve FILE.",
    ),
    "S131": ("A file is older than expected.", "See why the export did not run; or change `expect: {max_age: …}`."),
    "S133": (
        "A source lacks columns that are expected.",
        "See why the export changed, or what `expect` says.",
    ),
    "S140": ("A file is not XML, or cut off.", "Look at the line; export anew where the file ends in the middle."),
    "S141": ("An XML file declares entities, which no register needs.", "Have it exported without a DTD of its own."),
    "S142": (
        "An XML file has too many different elements to be a list of rows.",
        "Name the file with the rows; or write the source by hand: `rows` and `columns` (docs/connectors.md).",
    ),
    "S143": ("A file is not JSON, or cut off.", "Look at the place; say with `rows` where the rows are."),
    "S144": ("It is not clear which sheet is meant.", "Name it with `sheet`."),
    "S145": ("A file is no sheet, or has a password.", "Save it anew, without a password; text is read by csv."),
    "S150": (
        "Cells held signs that nobody sees; they were taken away.",
        "Nothing is wrong in what is published; user names, keys and personnummer with such a sign are refused (M313).",
    ),
    "S151": (
        "Cells were encoded twice; they were read right.",
        "Have the export write UTF-8 once: from a text that is encoded twice letters get lost sooner or later.",
    ),
    "S152": ("A file has lines in two encodings.", "Each is read in its own; export all of it in one."),
    "S154": ("Cells of a sheet show an error (#N/A).", "They are read as empty. Mend the formula."),
    "S155": ("Formulas of a sheet were never computed.", "They are read as empty. Open and save it in Excel."),
    "S156": ("A sheet has hidden rows.", "They are read like all others. Delete what shall not be read."),
    "S157": ("Numbers in a sheet are too long for it.", "It has kept 15 digits. Make the cells texts before typing."),
    "S158": ("A column's path leads nowhere in the first rows.", "Correct the path in `columns` of the source."),
    "S153": ("A value stands in a column without a name.", "Name the column in the export, or set `header`."),
    # the mapping's form
    "M100": ("The mapping is not YAML.", "Correct the place: indentation, a space after a colon, quotes."),
    "M101": ("A key stands twice.", "Keep one of the two; the second would silently win."),
    "M102": ("YAML that is not used in mappings.", "Write it out: no anchors, tags or merge keys."),
    "M110": ("A word that does not exist at this place.", "docs/mapping.md has every word."),
    "M111": ("A text where a table or list is meant, or the reverse.", "Look the word up in docs/mapping.md."),
    "M112": ("A part is missing.", "Add what the message names."),
    "M113": ("A value that this word does not take.", "Use one of those that the message names."),
    "M120": ("A conversion that does not exist, or lacks its argument.", "docs/mapping.md lists them."),
    "M121": (
        "A conversion whose result does not fit what comes next.",
        "Text goes in first; `split` gives a list, `integer` a number. docs/mapping.md says what each takes and gives.",
    ),
    # the mapping's names
    "M200": ("A source that does not exist.", "Correct its name, or add [sources.NAME] to config.toml."),
    "M201": ("A source is described and not used.", "Nothing is wrong; take it away, or use it."),
    "M202": ("An attribute that Skolverket's profile leaves out.", "Nothing is wrong: it is neither read nor sent."),
    "M203": ("A source lacks columns that are optional.", "Nothing is wrong: they are read as empty."),
    "M210": ("A column that the source does not have.", "Correct its name; `check` knows the headers."),
    "M220": ("An attribute that does not exist.", "Correct its spelling; the message has those that exist."),
    "M221": ("A required attribute is not mapped.", "Map it: without it no object is valid."),
    "M222": ("A value of another form than the attribute.", "A list needs list or each, a reference ref."),
    "M230": ("A reference to a type that is not mapped.", "Map the type, or correct its name."),
    "M231": ("A reference to a type with several rules.", "Say which with `of: SOURCE`."),
    "M232": ("A reference with more or fewer columns than the key.", "Name as many as the target's `key` has."),
    "M233": ("A source is looked up and has no key.", "Say under `sources:` which column finds its rows."),
    "M234": ("An organisation with an id of its own.", "Units have Skolverket's id: {school_unit: COLUMN}."),
    "M235": (
        "Columns are compared that have no value in common.",
        "Numbers never equal uuids or dates: name the right column, or bring both to one form with `as`.",
    ),
    "M236": ("A reference to the wrong type.", "Say what the attribute refers to: the message names it."),
    "M240": ("A code list that does not exist.", "Correct its name, or add it under `codes:`."),
    "M241": ("A code list is not used.", "Nothing is wrong; take it away, or use it."),
    "M242": ("A value that the standard does not have.", "Use one of those that the message names."),
    "M243": (
        "A code list of a source stands where no source may be looked up.",
        "Write the list under `codes`, or translate the value where it is used.",
    ),
    "M244": (
        "A column that tells of protection is optional.",
        "Take it out of `optional`: an export without its protection marks must stop the run.",
    ),
    "M250": ("A constant of the wrong kind.", "Write it as the attribute needs it."),
    "M260": ("A test of the mapping failed.", "Correct the mapping, or what the test expects."),
    # rows
    "M300": ("A value is missing that is required.", "Fill it in at the source; or say `empty:`."),
    "M301": (
        "A row without what its id is made from.",
        "Fill it in at the source, or leave such rows out with `keep`.",
    ),
    "M302": ("An id that is no uuid.", "Use uuid5 for keys that are not uuids."),
    "M310": ("A value that a conversion cannot read.", "Correct it at the source, or choose another conversion."),
    "M312": ("A condition that cannot be told.", "Correct the date at the source, or say how it is written with `as`."),
    "M313": (
        "A user name, key or personnummer with a sign in it that nobody sees.",
        "Type it anew at the source: whether the sign belongs there only the source can say.",
    ),
    "M320": ("A word that the code list lacks.", "Add it to the list, or say `otherwise:` or `unknown:`."),
    "M330": (
        "A reference that leads nowhere.",
        "See why the other object is missing; `missing:` says what then happens.",
    ),
    "M331": (
        "A reference that several objects fit.",
        "Name more columns in `via` and `by`, so that only one is left.",
    ),
    "M332": (
        "All that an object needs is there and is not published.",
        "Nothing is wrong with it; see why the others are not published.",
    ),
    "M341": (
        "Two rows that are meant for one object say different things.",
        "Correct one, or make the key more exact. Where they tell of protection, the person counts as protected.",
    ),
    "M342": ("No row matches.", "See why; or leave `unmatched: report` out."),
    "M343": (
        "Not one row matches.",
        "Two columns that hold different things, or the same thing written differently: see `as:`.",
    ),
    "M344": (
        "Rows that are looked up have a key which cannot be read.",
        "Correct the key at the source; who is missing in a list of the protected is not protected by it.",
    ),
    "M345": (
        "Somebody protected has another key too, without a mark: both are withheld.",
        "Mark both at the source, or make them one there.",
    ),
    "M346": (
        "Persons who were protected have lost their mark.",
        "See whether that is right. They are published when it has been so for gate.unprotected_nights nights.",
    ),
    "M347": (
        "Rows that are looked up have a part of their key only.",
        "Fill it in at the source, or leave the column out of the key.",
    ),
    "M348": (
        "A run on what seemed unchanged came to something else.",
        "Report it, and run `sync --full` until it is mended.",
    ),
    "M350": (
        "Two rows give one id to different objects.",
        "Make `id` from columns that tell them apart; where two rules describe one object, say `same_id: merge`.",
    ),
    "M351": ("Two persons have one user name.", "Correct the directory: neither is published until then."),
    "M352": (
        "Several objects have one key in their source; a reference through it leads nowhere.",
        "Make `key` of more columns, or keep only the rows that count.",
    ),
    "M353": (
        "A person comes again under another id.",
        "If their key has changed (another system, a personnummer for a TF number): `ids alias NEW OLD` keeps the id.",
    ),
    # objects
    "R110": ("A required attribute has no value.", "Fill it in at the source."),
    "R111": ("A value that the profile refuses.", "Correct it at the source; the message says what form it needs."),
    "R120": ("A school year is missing where it is required.", "Fill in årskurs at the enrolment."),
    "R121": ("An education code is missing for GY.", "Fill in studievägskod at the enrolment."),
    "R122": ("Staff without an address of the kind Skola personal.", "Fill in the school address."),
    "R123": (
        "A name that holds a personnummer.",
        "Take the number out of the name at the source: many see names, and few may see a personnummer.",
    ),
    "R124": (
        "A user name of a domain that is not the organiser's.",
        "Correct the user name, or add its domain to organiser.user_name_domains.",
    ),
    "R125": (
        "One of Skatteverket's test numbers.",
        "Production holds real persons only: take the person out. In Skolverket's verification environment say "
        'organiser.environment = "verification".',
    ),
    "R126": (
        "An education code at a school type that has none.",
        "Skolverket needs it for GY only: leave it out, or correct the school type.",
    ),
    "R130": (
        "A user name that resembles the name.",
        "Skolverket warns (3047) and takes it; consider other user names.",
    ),
    "R140": ("An activity with groups that do not fit it.", "Only teaching groups of the same unit take its test."),
    "R141": ("An activity whose teacher works elsewhere.", "Correct the duty, or the teacher."),
    "R143": ("A group without members is not published.", "Nothing is wrong; or see why its members are missing."),
    "R142": ("A unit that is not published.", "Map the unit, or correct its code."),
    "R160": (
        "Skolverket's client complained of this object.",
        "See what it says with `explain ID`, and correct it at the source: when it has changed, this goes away.",
    ),
    "R150": (
        "Something would tell of somebody protected.",
        "Give the group or activity a name without theirs, or correct the cell that is named.",
    ),
}
"""Code -> what it means, what to do."""

EXAMPLES: dict[str, tuple[str, str]] = {
    "M100": ("givenName:fornamn", "givenName: fornamn"),
    "M101": ("{displayName: namn, displayName: kod, schoolUnitCode: kod}", "{displayName: namn, schoolUnitCode: kod}"),
    "M102": ("skolor: &s {key: kod}", "skolor: {key: kod}"),
    "M110": (
        "{column: skydd, codes: skydd, unkown: protected}",
        "{column: skydd, codes: skydd, unknown: protected}",
    ),
    "M111": ("eduPersonPrincipalNames: {list: ad.eppn}", "eduPersonPrincipalNames: {list: [ad.eppn]}"),
    "M112": ("enroledAt: {ref: Organisation}", "enroledAt: {ref: Organisation, via: kod}"),
    "M113": ("slut: {on_or_after: tomorrow, or: empty}", "slut: {on_or_after: today, or: empty}"),
    "M120": ("{column: pnr, as: personnumer}", "{column: pnr, as: personnummer}"),
    "M121": ("{column: pnr, as: [personnummer, first]}", "{column: pnr, as: personnummer}"),
    "M200": ("from: skola", "from: skolor"),
    "M210": ("givenName: förnamn", "givenName: fornamn"),
    "M220": ("given_name: fornamn", "givenName: fornamn"),
    "M221": ("{displayName: namn}", "{displayName: namn, schoolUnitCode: kod}"),
    "M222": ("civicNo: pnr", "civicNo.value: pnr"),
    "M230": ("enroledAt: {ref: Skola, via: kod}", "enroledAt: {ref: Organisation, via: kod}"),
    "M231": (
        "{ref: Person, of: elev, via: guid, missing: drop_item}",
        "{ref: Person, of: elever, via: guid, missing: drop_item}",
    ),
    "M232": ("enroledAt: {ref: Organisation, via: [kod, guid]}", "enroledAt: {ref: Organisation, via: kod}"),
    "M233": ("enrich: {inskr: guid}", "enrich: {ad: pnr}"),
    "M234": ("id: {uuid5: kod}", "id: {school_unit: kod}"),
    "M236": ("enroledAt: {ref: programme, via: kod}", "enroledAt: {ref: Organisation, via: kod}"),
    "M240": ("{column: skydd, codes: skyd, unknown: protected}", "{column: skydd, codes: skydd, unknown: protected}"),
    "M242": ("groupType: {text: klass}", "groupType: {text: Klass}"),
    "M250": ("schoolYear: {text: sex}", "schoolYear: {column: arskurs, as: integer, empty: omit}"),
}
"""Code -> what is wrong, and what is right."""
