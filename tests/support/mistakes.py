"""Mistakes, one by one: where each is found, and what is said. Reviewed as an administrator reads them."""

from __future__ import annotations

BASE = """\
mapping: 1
sources:
  elever: {key: guid, expect: {min_rows: 2, max_age: 36h}, empty: ["-"]}
  ad: {key: pnr}
  skolor: {key: kod}
  personal: {key: anst}
codes:
  skydd: {"": Ingen, S: Sekretessmarkering}
Organisation:
  from: skolor
  id: {school_unit: kod}
  fields: {displayName: namn, schoolUnitCode: kod}
Person:
  - from: elever
    keep: {status: [A, P], slut: {on_or_after: today, or: empty}}
    id: {uuid5: guid}
    enrich: {ad: pnr}
    fields:
      givenName: fornamn
      familyName: efternamn
      civicNo.value: {column: pnr, as: personnummer}
      eduPersonPrincipalNames: {list: [ad.eppn]}
      securityMarking: {column: skydd, codes: skydd, unknown: protected}
      enrolments:
        each: inskr
        match: {guid: guid}
        fields:
          enroledAt: {ref: Organisation, via: kod}
          schoolType: {text: GR}
          schoolYear: {column: arskurs, as: integer, empty: omit}
  - from: personal
    id: {uuid5: anst}
    fields:
      givenName: fornamn
      familyName: efternamn
      civicNo.value: pnr
      eduPersonPrincipalNames: eppn
      securityMarking: {text: Ingen}
Group:
  from: {distinct: elever, by: [kod, klass]}
  id: {uuid5: [kod, klass]}
  fields:
    displayName: {format: "{klass} på {kod}"}
    groupType: {text: Klass}
    schoolType: {text: GR}
    organisation: {ref: Organisation, via: kod}
    groupMemberships:
      each: elever
      match: {kod: kod, klass: klass}
      fields: {person: {ref: Person, of: elever, via: guid, missing: drop_item}}
"""

HEADERS = {
    "elever": ["guid", "fornamn", "efternamn", "pnr", "skydd", "status", "slut", "klass", "kod"],
    "ad": ["pnr", "eppn"],
    "skolor": ["kod", "namn"],
    "personal": ["anst", "fornamn", "efternamn", "pnr", "eppn"],
    "inskr": ["guid", "kod", "arskurs", "fran", "till"],
}

MISTAKES: list[tuple[str, str, tuple[str, ...]]] = [
    (
        "mapping: 1\n",
        "",
        ("1:1: M112 a mapping says its version first: `mapping: 1`.",),
    ),
    (
        "mapping: 1",
        "mapping: 2",
        ("1:10: M112 a mapping says its version first: `mapping: 1`.",),
    ),
    (
        "mapping: 1",
        "mapping: one",
        ("1:10: M112 a mapping says its version first: `mapping: 1`.",),
    ),
    (
        "codes:",
        "kodes:",
        (
            '7:1: M110 "kodes" is not a word of a mapping; there are mapping, sources, codes, Organisation, Person, Group, Duty, Activity, tests. Did you mean "codes"?',
        ),
    ),
    (
        "sources:",
        "source:",
        (
            '2:1: M110 "source" is not a word of a mapping; there are mapping, sources, codes, Organisation, Person, Group, Duty, Activity, tests. Did you mean "sources"?',
        ),
    ),
    (
        "Person:",
        "Persons:",
        (
            '13:1: M110 "Persons" is not a word of a mapping; there are mapping, sources, codes, Organisation, Person, Group, Duty, Activity, tests. Did you mean "Person"?',
        ),
    ),
    (
        "Group:",
        "Class:",
        (
            '39:1: M110 "Class" is not a word of a mapping; there are mapping, sources, codes, Organisation, Person, Group, Duty, Activity, tests.',
        ),
    ),
    (
        "key: guid,",
        "keys: guid,",
        (
            '3:12: M110 "keys" is not a word of a source; there are of, key, keep, expect, empty, optional, split, with, merge, rows. Did you mean "key"?',
        ),
    ),
    (
        "min_rows: 2",
        "min_rows: many",
        ("3:42: M113 min_rows is a whole number.",),
    ),
    (
        "max_age: 36h",
        "max_age: 36 hours",
        ("3:54: M113 max_age is hours or days: 36h, 2d.",),
    ),
    (
        "min_rows: 2,",
        "rows: 2,",
        (
            '3:32: M110 "rows" is not a word of `expect`; there are min_rows, max_shrink, max_age. Did you mean "min_rows"?',
        ),
    ),
    (
        "Organisation:\n  from: skolor",
        "Organisation:\n\tfrom: skolor",
        ("10:1: M100 this is not YAML: a tab; indent with spaces.",),
    ),
    (
        "  id: {school_unit: kod}",
        "  id: {school_unit: kod",
        ("11:7: M100 this is not YAML: a bracket that is opened here and not closed.",),
    ),
    (
        "id: {uuid5: anst}",
        "id: {uuid5:anst}",
        ("32:10: M110 a space is missing after the colon: `uuid5: anst`.",),
    ),
    (
        "      givenName: fornamn\n      familyName: efternamn\n      civicNo.value: pnr",
        "      givenName: fornamn\n       familyName: efternamn\n      civicNo.value: pnr",
        (
            "35:8: M100 this is not YAML: the indentation: this stands deeper than the line above, which has a value already.",
        ),
    ),
    (
        "displayName: namn,",
        "displayName: namn, displayName: kod,",
        ('12:31: M101 "displayName" stands twice here (first on line 12).',),
    ),
    (
        "  skolor: {key: kod}",
        "  skolor: &s {key: kod}",
        ("5:11: M102 anchors and aliases (& and *) are not used here; write it out.",),
    ),
    (
        "  skolor: {key: kod}",
        "  skolor: !x {key: kod}",
        ("5:11: M102 tags (!) are not used here; put a text that begins with ! in quotes.",),
    ),
    (
        "  skolor: {key: kod}",
        "  skolor: {<<: 1, key: kod}",
        ("5:12: M102 merge keys (<<) are not used here; write it out.",),
    ),
    (
        "codes:\n",
        "codes:\n  - a\n",
        ("9:3: M100 this is not YAML: the indentation: items of one level start in the same column.",),
    ),
    (
        "  from: skolor\n",
        "",
        ("10:3: M112 this rule for Organisation does not say `from:` which source.",),
    ),
    (
        "  id: {school_unit: kod}\n",
        "",
        ("10:3: M112 this rule for Organisation has no `id:`; it is one of {uuid: …}, {uuid5: …}, {school_unit: …}.",),
    ),
    (
        "id: {uuid5: anst}",
        "id: anst",
        ("32:9: M112 `id:` is one of {uuid: …}, {uuid5: …}, {school_unit: …}.",),
    ),
    (
        "id: {uuid5: anst}",
        "id: {uuid6: anst}",
        ('32:10: M110 "uuid6" is not a word of `id`; there are uuid, uuid5, school_unit. Did you mean "uuid"?',),
    ),
    (
        "id: {uuid5: anst}",
        "id: {uuid5: []}",
        ("32:17: M112 a column name is missing here.",),
    ),
    (
        "id: {school_unit: kod}",
        "id: {uuid5: kod}",
        ("11:8: M234 an Organisation's id is always Skolverket's: {school_unit: COLUMN with skolenhetskod}.",),
    ),
    (
        "from: skolor",
        "from: skola",
        ('10:9: M200 there is no source "skola". Did you mean "skolor"?',),
    ),
    (
        "  ad: {key: pnr}",
        "  ad: {key: personnr}",
        ('4:13: M210 source "ad" has no column "personnr". Did you mean "pnr"?',),
    ),
    (
        "  skolor: {key: kod}",
        "  skolar: {key: kod}",
        (
            '5:3: M200 config.toml has no [sources.skolar]; there are elever, ad, skolor, personal, inskr. Did you mean "skolor"?',
        ),
    ),
    (
        "enrich: {ad: pnr}",
        "enrich: {adx: pnr}",
        ('17:14: M200 there is no source "adx". Did you mean "ad"?',),
    ),
    (
        "enrich: {ad: pnr}",
        "enrich: {inskr: guid}",
        (
            '17:14: M233 source "inskr" has no key; say under `sources:` which column finds its rows.',
            '22:40: M210 the row of "ad" is not at hand here; add `enrich: {ad: COLUMN}` to the rule.',
        ),
    ),
    (
        "enrich: {ad: pnr}",
        "enrich: {ad: personnr}",
        ('17:18: M210 source "elever" has no column "personnr". Did you mean "pnr"?',),
    ),
    (
        "enrich: {ad: pnr}",
        "enrich: ad",
        ("17:13: M111 a table of `word: value` is expected here.",),
    ),
    (
        "givenName: fornamn",
        "givenName: förnamn",
        ('19:18: M210 source "elever" has no column "förnamn". Did you mean "fornamn"?',),
    ),
    (
        "givenName: fornamn",
        "givenName:",
        ("19:17: M112 a column name is missing here.",),
    ),
    (
        "givenName: fornamn",
        "given_name: fornamn",
        (
            '19:7: M220 Person has no attribute "given_name" in the profile; there are givenName, middleName, familyName, eduPersonPrincipalNames, civicNo, securityMarking, emails, enrolments, externalIdentifiers. Did you mean "givenName"?',
        ),
    ),
    (
        "givenName: fornamn",
        "guardian: fornamn",
        (
            '19:7: M220 Person has no attribute "guardian" in the profile; there are givenName, middleName, familyName, eduPersonPrincipalNames, civicNo, securityMarking, emails, enrolments, externalIdentifiers.',
            "19:7: M221 Person.givenName is required, and nothing is mapped to it.",
        ),
    ),
    (
        "civicNo.value:",
        "civicNo.number:",
        (
            "19:7: M221 Person.civicNo.value is required, and nothing is mapped to it.",
            '21:7: M220 Person.civicNo has no attribute "number" in the profile; there are value, nationality.',
        ),
    ),
    (
        "civicNo.value: {column: pnr, as: personnummer}",
        "civicNo: pnr",
        ("21:16: M222 Person.civicNo is an object or reference, not a plain value.",),
    ),
    (
        "      familyName: efternamn\n      civicNo.value: {column",
        "      civicNo.value: {column",
        ("19:7: M221 Person.familyName is required, and nothing is mapped to it.",),
    ),
    (
        "[ad.eppn]",
        "[ad.epn]",
        ('22:40: M210 source "ad" has no column "epn". Did you mean "eppn"?',),
    ),
    (
        "[ad.eppn]",
        "[konto.eppn]",
        ('22:40: M210 source "elever" has no column "konto.eppn".',),
    ),
    (
        "{list: [ad.eppn]}",
        "{list: ad.eppn}",
        ("22:32: M111 `list:` takes values in [ ].",),
    ),
    (
        "securityMarking: {text: Ingen}",
        "securityMarking: {text: Nej}",
        (
            '38:31: M242 "Nej" is not a value of Person.securityMarking; there are Ingen, Sekretessmarkering, Skyddad folkbokföring.',
        ),
    ),
    (
        "codes: skydd,",
        "codes: skyd,",
        ('23:47: M240 there is no code list "skyd" under `codes`. Did you mean "skydd"?',),
    ),
    (
        "S: Sekretessmarkering}",
        "S: Hemlig}",
        (
            '23:47: M242 "Hemlig" is not a value of Person.securityMarking; there are Ingen, Sekretessmarkering, Skyddad folkbokföring.',
        ),
    ),
    (
        "unknown: protected",
        "unknown: hidden",
        (
            '23:63: M242 "hidden" is not a value of Person.securityMarking; there are Ingen, Sekretessmarkering, Skyddad folkbokföring.',
        ),
    ),
    (
        "codes: skydd, unknown: protected",
        "codes: skydd, unkown: protected",
        (
            '23:54: M110 "unkown" is not a word of the form `column`; there are column, as, codes, unknown, empty, when. Did you mean "unknown"?',
        ),
    ),
    (
        "as: personnummer",
        "as: personnumer",
        (
            '21:40: M120 "personnumer" is no conversion; there are integer, boolean, date(FORMAT), personnummer, uuid, lower, upper, pad(N), pattern(REGEX), split(SEP), join(SEP), first. Did you mean "personnummer"?',
        ),
    ),
    (
        "as: integer",
        "as: int",
        (
            '30:45: M120 "int" is no conversion; there are integer, boolean, date(FORMAT), personnummer, uuid, lower, upper, pad(N), pattern(REGEX), split(SEP), join(SEP), first. Did you mean "integer"?',
        ),
    ),
    (
        "as: integer",
        "as: date",
        ("30:45: M120 date needs something in parentheses: date(FORMAT).",),
    ),
    (
        "as: integer",
        "as: pattern([)",
        ("30:53: M100 this is not YAML: a comma or a closing bracket is missing before this place.",),
    ),
    (
        "as: integer",
        "as: pad(x)",
        ("30:45: M120 pad(x): the width is a whole number.",),
    ),
    (
        "as: integer",
        "as: integer(3)",
        ("30:45: M120 integer takes nothing in parentheses.",),
    ),
    (
        "empty: omit}",
        "empty: skip}",
        ('30:61: M113 "skip" is not one of omit, omit_item, reject.',),
    ),
    (
        "missing: drop_item",
        "missing: drop",
        ('50:70: M113 "drop" is not one of drop_item, drop_object, stop. Did you mean "drop_item"?',),
    ),
    (
        "schoolType: {text: GR}\n          schoolYear",
        "schoolType: {text: XX}\n          schoolYear",
        ('29:30: M242 "XX" is not a value of Person.enrolments.schoolType; there are GR, SP, SAM, GY, VUXGY.',),
    ),
    (
        "schoolYear: {column: arskurs, as: integer, empty: omit}",
        "schoolYear: {text: sex}",
        ('30:30: M250 "sex" is not a whole number.',),
    ),
    (
        "schoolYear: {column: arskurs, as: integer, empty: omit}",
        "schoolYear: {colum: arskurs}",
        (
            '30:23: M222 Person.enrolments.schoolYear is a plain value: write a column name, or one of column, text, format, first_of, ref, list, each. Did you mean "column"?',
        ),
    ),
    (
        "schoolYear: {column: arskurs, as: integer, empty: omit}",
        "schoolYear: {list: [arskurs]}",
        ("30:23: M222 Person.enrolments.schoolYear is one value, not a list.",),
    ),
    (
        "each: inskr",
        "each: inskrivning",
        ('25:15: M200 there is no source "inskrivning". Did you mean "inskr"?',),
    ),
    (
        "match: {guid: guid}",
        "match: {elev: guid}",
        ('26:17: M210 source "inskr" has no column "elev".',),
    ),
    (
        "match: {guid: guid}",
        "match: {guid: elev}",
        ('26:23: M210 source "elever" has no column "elev".',),
    ),
    (
        "        match: {guid: guid}\n",
        "",
        ("25:9: M112 `each` needs `match: {its column: my column}`.",),
    ),
    (
        "enroledAt: {ref: Organisation, via: kod}",
        "enroledAt: kod",
        ("28:22: M222 Person.enrolments.enroledAt is an object or reference, not a plain value.",),
    ),
    (
        "enroledAt: {ref: Organisation, via: kod}",
        "enroledAt: {ref: Organisation}",
        ("28:22: M112 a reference is {ref: TYPE, via: COLUMN}.",),
    ),
    (
        "enroledAt: {ref: Organisation, via: kod}",
        "enroledAt: {ref: Skola, via: kod}",
        (
            '28:28: M230 nothing is mapped to "Skola"; a reference goes to Organisation, Person, Group, test_activity, school_unit, programme.',
        ),
    ),
    (
        "enroledAt: {ref: Organisation, via: kod}",
        "enroledAt: {ref: Organisation, via: [kod, guid]}",
        ('28:47: M232 Organisation of "skolor" has the key kod; `via` names 2 column(s).',),
    ),
    (
        "ref: Person, of: elever,",
        "ref: Person, of: elev,",
        ('50:42: M231 Person has no rule from "elev"; there are elever, personal. Did you mean "elever"?',),
    ),
    (
        "ref: Person, of: elever, via: guid,",
        "ref: Duty, via: guid,",
        (
            '50:30: M230 nothing is mapped to "Duty"; a reference goes to Organisation, Person, Group, test_activity, school_unit, programme.',
        ),
    ),
    (
        "enrolments:\n        each: inskr",
        "givenName2:\n        each: inskr",
        (
            '24:7: M220 Person has no attribute "givenName2" in the profile; there are givenName, middleName, familyName, eduPersonPrincipalNames, civicNo, securityMarking, emails, enrolments, externalIdentifiers. Did you mean "givenName"?',
        ),
    ),
    (
        "      enrolments:\n        each: inskr\n        match: {guid: guid}\n        fields:\n          enroledAt",
        "      enrolments:\n        fields:\n          enroledAt",
        ("25:9: M222 Person.enrolments is a list: write {list: […]} or {each: …}.",),
    ),
    (
        "status: [A, P]",
        "stattus: [A, P]",
        ('15:12: M210 source "elever" has no column "stattus". Did you mean "status"?',),
    ),
    (
        "on_or_after: today",
        "on_or_after: tomorrow",
        ("15:48: M113 a date is today, today-10d, today+10d or ÅÅÅÅ-MM-DD.",),
    ),
    (
        "on_or_after: today",
        "after: today",
        (
            '15:35: M110 "after" is not a word of a condition; there are in, not, found_in, on_or_before, on_or_after, or, as. Did you mean "on_or_after"?',
        ),
    ),
    (
        "or: empty}}",
        "or: missing}}",
        ("15:59: M113 `or` takes only the word empty.",),
    ),
    (
        "keep: {status: [A, P], slut: {on_or_after: today, or: empty}}",
        "keep: status",
        ("15:11: M111 conditions are written {column: value}.",),
    ),
    (
        "keep: {status: [A, P], slut: {on_or_after: today, or: empty}}",
        "keep: {guid: {found_in: {adx: pnr}}}",
        ('15:30: M200 there is no source "adx". Did you mean "ad"?',),
    ),
    (
        "keep: {status: [A, P], slut: {on_or_after: today, or: empty}}",
        "keep: {guid: {found_in: ad.pnr}}",
        ("15:29: M112 `found_in` is {source: column}.",),
    ),
    (
        "by: [kod, klass]",
        "by: [kod, klas]",
        ('40:38: M210 source "elever" has no column "klas". Did you mean "klass"?',),
    ),
    (
        "{distinct: elever, by: [kod, klass]}",
        "{distinct: elever}",
        ("40:9: M112 `distinct` needs `by: [columns]`.",),
    ),
    (
        "{distinct: elever, by: [kod, klass]}",
        "{distinct: elevr, by: [kod]}",
        (
            '40:20: M200 there is no source "elevr". Did you mean "elever"?',
            '41:21: M210 "klass" is not among the columns of `by`, which are all that the object is made of.',
            '43:29: M210 "klass" is not among the columns of `by`, which are all that the object is made of.',
            '49:32: M210 "klass" is not among the columns of `by`, which are all that the object is made of.',
        ),
    ),
    # inside something wrong, as if the right word stood there
    (
        "each: inskr\n        match: {guid: guid}\n        fields:\n          enroledAt: {ref: Organisation, via: kod}",
        "each: inskrr\n        match: {guid: guid}\n        fields:\n          enroledAt: {reff: Organisation, via: kodd}",
        (
            '25:15: M200 there is no source "inskrr". Did you mean "inskr"?',
            '28:23: M222 Person.enrolments.enroledAt is a reference: write {ref: TYPE, via: COLUMN}. Did you mean "ref"?',
            '28:48: M210 source "inskr" has no column "kodd". Did you mean "kod"?',
        ),
    ),
    (
        "match: {guid: guid}\n        fields:\n          enroledAt: {ref: Organisation, via: kod}",
        "mach: {guid: guid}\n        fields:\n          enroledAt: {ref: Organisation, via: kodd}",
        (
            '26:9: M110 "mach" is not a word of the form `each`; there are each, match, keep, fields, value, unmatched, when. Did you mean "match"?',
            '28:47: M210 source "inskr" has no column "kodd". Did you mean "kod"?',
        ),
    ),
    (
        "- from: personal\n    id: {uuid5: anst}\n    fields:\n      givenName: fornamn",
        "- from: personall\n    id: {uuid5: anstt}\n    fields:\n      givenName: fornam",
        (
            '31:11: M200 there is no source "personall". Did you mean "personal"?',
            '32:17: M210 source "personal" has no column "anstt". Did you mean "anst"?',
            '34:18: M210 source "personal" has no column "fornam". Did you mean "fornamn"?',
        ),
    ),
    (
        "- from: personal\n    id: {uuid5: anst}\n    fields:\n      givenName: fornamn",
        "- form: personal\n    id: {uuid6: anst}\n    fields:\n      givenNam: fornamn",
        (
            '31:5: M110 "form" is not a word of a rule for Person; there are from, keep, when, id, enrich, fields, same_id. Did you mean "from"?',
            '32:10: M110 "uuid6" is not a word of `id`; there are uuid, uuid5, school_unit. Did you mean "uuid"?',
            '34:7: M220 Person has no attribute "givenNam" in the profile; there are givenName, middleName, familyName, eduPersonPrincipalNames, civicNo, securityMarking, emails, enrolments, externalIdentifiers. Did you mean "givenName"?',
        ),
    ),
    (
        "enroledAt: {ref: Organisation, via: kod}",
        "enroledAt: {ref: Organisaton, via: kodd, missing: drop}",
        (
            '28:28: M230 nothing is mapped to "Organisaton"; a reference goes to Organisation, Person, Group, test_activity, school_unit, programme. Did you mean "Organisation"?',
            '28:46: M210 source "inskr" has no column "kodd". Did you mean "kod"?',
            '28:61: M113 "drop" is not one of drop_item, drop_object, stop. Did you mean "drop_item"?',
        ),
    ),
    (
        "{column: skydd, codes: skydd, unknown: protected}",
        "{column: skyd, codes: skyddd, unknown: proteced}",
        (
            '23:33: M210 source "elever" has no column "skyd". Did you mean "skydd"?',
            '23:46: M240 there is no code list "skyddd" under `codes`. Did you mean "skydd"?',
            '23:63: M242 "proteced" is not a value of Person.securityMarking; there are Ingen, Sekretessmarkering, Skyddad folkbokföring.',
        ),
    ),
    (
        "{column: arskurs, as: integer, empty: omit}",
        "{colum: arskur, as: integr, empty: omitt}",
        (
            '30:23: M222 Person.enrolments.schoolYear is a plain value: write a column name, or one of column, text, format, first_of, ref, list, each. Did you mean "column"?',
            '30:31: M210 source "inskr" has no column "arskur". Did you mean "arskurs"?',
            '30:43: M120 "integr" is no conversion; there are integer, boolean, date(FORMAT), personnummer, uuid, lower, upper, pad(N), pattern(REGEX), split(SEP), join(SEP), first. Did you mean "integer"?',
            '30:58: M113 "omitt" is not one of omit, omit_item, reject. Did you mean "omit"?',
        ),
    ),
    (
        "ad: {key: pnr}",
        "ad: {of: add, key: pnrr, keep: {eppn: {not: {found_in: {elevr: pnr}}}}}",
        (
            '4:12: M200 config.toml has no [sources.add]; there are elever, ad, skolor, personal, inskr. Did you mean "ad"?',
            '4:22: M210 source "ad" has no column "pnrr". Did you mean "pnr"?',
            '4:59: M200 there is no source "elevr". Did you mean "elever"?',
        ),
    ),
    (
        "match: {kod: kod, klass: klass}\n      fields: {person: {ref: Person, of: elever, via: guid, missing: drop_item}}",
        "match: {kod: kodd}\n      keep: {statuss: A}\n      fields: {persn: {ref: Person, of: elevar, via: gid, missing: x}}",
        (
            '49:20: M210 source "elever" has no column "kodd". Did you mean "kod"?',
            '50:14: M210 source "elever" has no column "statuss". Did you mean "status"?',
            '51:16: M220 Group.groupMemberships has no attribute "persn" in the profile; there are person. Did you mean "person"?',
            '51:41: M231 Person has no rule from "elevar"; there are elever, personal. Did you mean "elever"?',
            '51:54: M210 source "elever" has no column "gid". Did you mean "guid"?',
            '51:68: M113 "x" is not one of drop_item, drop_object, stop.',
        ),
    ),
    (
        "{klass} på {kod}",
        "{klas} på {kod}",
        ('43:29: M210 source "elever" has no column "klas". Did you mean "klass"?',),
    ),
    (
        "{klass} på {kod}",
        "klass",
        ("43:27: M113 a format names a column in braces: {COLUMN}.",),
    ),
    (
        "groupType: {text: Klass}",
        "groupType: {text: klass}",
        (
            '44:23: M242 "klass" is not a value of Group.groupType; there are Klass, Undervisning. Did you mean "Klass"?',
        ),
    ),
    (
        "  personal: {key: anst}\n",
        "  personal: {key: anst}\n  ad2: {of: ad}\n",
        ('7:3: M201 source "ad2" is not used.',),
    ),
    (
        "codes:\n",
        "codes:\n  kurs: {A: B}\n",
        ('8:3: M241 code list "kurs" is not used.',),
    ),
    (
        "fields: {displayName: namn, schoolUnitCode: kod}",
        "fields: {displayName: namn}",
        ("12:11: M221 Organisation.schoolUnitCode is required, and nothing is mapped to it.",),
    ),
    (
        "fields: {displayName: namn, schoolUnitCode: kod}",
        "fields: {}",
        ("10:3: M112 this rule for Organisation has no `fields:`.",),
    ),
    (
        "fields: {displayName: namn, schoolUnitCode: kod}",
        "fields: {displayName: [namn], schoolUnitCode: kod}",
        (
            "12:25: M111 one column is expected; of several, {first_of: [a, b]} takes the first, {format: …} joins them.",
        ),
    ),
    (
        "displayName: namn,",
        "displayName: {first_of: namn},",
        ("12:25: M111 `first_of:` takes values in [ ].",),
    ),
    (
        "displayName: namn,",
        "displayName: {first_of: [namn, nam]},",
        ('12:43: M210 source "skolor" has no column "nam". Did you mean "namn"?',),
    ),
    (
        "givenName: fornamn",
        "sex: fornamn\n      givenName: fornamn",
        ("19:7: M202 sex is not in Skolverket's profile: it is neither read nor sent.",),
    ),
    (
        "civicNo.value: {column: pnr, as: personnummer}",
        "civicNo.value: {column: ad.pnr}\n      middleName: inskr.kod",
        ('22:19: M210 the row of "inskr" is not at hand here; add `enrich: {inskr: COLUMN}` to the rule.',),
    ),
    (
        "fields: {displayName: namn",
        "fields: {organisationNumber: kod, displayName: namn",
        ("12:12: M202 organisationNumber is not in Skolverket's profile: it is neither read nor sent.",),
    ),
    (
        "ad: {key: pnr}",
        "ad: {key: pnr, merge: all}",
        ('4:25: M113 "all" is not one of only, most.',),
    ),
    (
        "ad: {key: pnr}",
        "ad: {merge: most}",
        (
            "4:15: M112 `merge` needs a `key`: the columns of which each value gets one row.",
            '17:14: M233 source "ad" has no key; say under `sources:` which column finds its rows.',
        ),
    ),
    (
        "ad: {key: pnr}",
        "ad: {key: pnr, with: {elever: pnr}}",
        ("4:25: M112 `with` needs `elever: {its column: my column}`.",),
    ),
    (
        "ad: {key: pnr}",
        "ad: {key: pnr, with: {elevr: {pnr: pnr}}}",
        ('4:25: M200 there is no source "elevr". Did you mean "elever"?',),
    ),
    (
        "ad: {key: pnr}",
        "ad: {key: pnr, with: {skolor: {kod: eppn}}}",
        ('4:25: M200 "skolor" is described further down; a source comes after those that it is joined with.',),
    ),
    (
        "ad: {key: pnr}",
        "ad: {key: pnr, with: {elever: {pnr: prn}}}",
        ('4:39: M210 source "ad" has no column "prn". Did you mean "pnr"?',),
    ),
    (
        "ad: {key: pnr}",
        "ad: {key: pnr, with: elever}",
        ("4:24: M111 a table of `word: value` is expected here.",),
    ),
    (
        "ad: {key: pnr}",
        "ad: {key: pnr, split: {column: epn}}",
        ('4:34: M210 source "ad" has no column "epn". Did you mean "eppn"?',),
    ),
    (
        "ad: {key: pnr}",
        "ad: {key: [pnr, {column: eppn, as: 'split(@)'}]}",
        (
            '4:38: M121 a key is one text, and "split" gives a list; add `first` or `join(…)` after the split.',
            '17:18: M232 "ad" has the key pnr, eppn as split(@); 1 column(s) stand here.',
        ),
    ),
    (
        "enroledAt: {ref: Organisation, via: kod}",
        "enroledAt: {ref: Organisation, via: kod, by: nmn}",
        ('28:56: M210 source "skolor" has no column "nmn". Did you mean "namn"?',),
    ),
    (
        "enroledAt: {ref: Organisation, via: kod}",
        "enroledAt: {ref: Organisation, via: kod, by: [kod, namn]}",
        ("28:47: M232 `by` names kod, namn; `via` names 1 column(s).",),
    ),
    (
        "enroledAt: {ref: Organisation, via: kod}",
        "enroledAt: {ref: programme, via: kod}",
        ("28:28: M236 Person.enrolments.enroledAt refers to Organisation or school_unit, not to programme.",),
    ),
    (
        "enroledAt: {ref: Organisation, via: kod}",
        "enroledAt: {ref: test_activity, via: kod}",
        ("28:28: M236 Person.enrolments.enroledAt refers to Organisation or school_unit, not to test_activity.",),
    ),
    (
        "match: {guid: guid}",
        'match: {guid: {column: guid, as: "split(,)"}}',
        ('26:42: M121 a key is one text, and "split" gives a list; add `first` or `join(…)` after the split.',),
    ),
    (
        "givenName: fornamn",
        "givenName:fornamn",
        ("19:7: M100 this is not YAML: a space is missing after the colon: `givenName: fornamn`.",),
    ),
    (
        "givenName: fornamn",
        "givenName: #fornamn",
        ("19:17: M112 a column name is missing here; what follows # is a comment: put a text with # in quotes.",),
    ),
    (
        "givenName: fornamn",
        "givenName: for #namn",
        (
            '19:18: M210 source "elever" has no column "for"; what follows # is a comment: put a text with # in quotes. Did you mean "fornamn"?',
        ),
    ),
    (
        "givenName: fornamn",
        "givenName: a: b",
        ("19:19: M100 this is not YAML: a colon where none fits; put a text that holds a colon in quotes.",),
    ),
    (
        "givenName: fornamn",
        "givenName: %x",
        (
            "19:18: M100 this is not YAML: a sign with a meaning of its own (such as % @ ` > |); put the text in quotes.",
        ),
    ),
    (
        "givenName: fornamn",
        "givenName: *x",
        ("19:18: M102 anchors and aliases (& and *) are not used here; write it out.",),
    ),
    (
        "givenName: fornamn",
        "givenName: 'x",
        ("19:18: M100 this is not YAML: a quote that is opened here and never closed.",),
    ),
    (
        "givenName: fornamn",
        'givenName: "x',
        ("19:18: M100 this is not YAML: a quote that is opened here is closed only on line 43.",),
    ),
    (
        "givenName: fornamn",
        "givenName: {format: {fornamn}@x}",
        ("19:27: M100 this is not YAML: a text that begins with { is put in quotes.",),
    ),
    (
        "givenName: fornamn",
        "givenName: {format: {fornamn}}",
        ("19:27: M111 a format is one text: put it in quotes, for it holds { and }.",),
    ),
    (
        "givenName: fornamn",
        "givenName: “fornamn”",
        (
            '19:18: M210 source "elever" has no column “fornamn”; write straight quotes (") or none. Did you mean "fornamn"?',
        ),
    ),
    (
        "givenName: fornamn",
        "givenName:\xa0fornamn",
        ("19:17: M100 this is not YAML: a hard space, as word processors write it; type an ordinary one.",),
    ),
    (
        "givenName: fornamn",
        "givenName: {column: fornamn, as: split(,)}",
        (
            '19:40: M120 "split(" is no conversion; a comma in it asks for quotes; there are integer, boolean, date(FORMAT), personnummer, uuid, lower, upper, pad(N), pattern(REGEX), split(SEP), join(SEP), first.',
        ),
    ),
    (
        "givenName: fornamn",
        'givenName: {column: fornamn, as: "pattern(\\d+)"}',
        ("19:50: M100 this is not YAML: a backslash in double quotes; write the text in single quotes.",),
    ),
    (
        "givenName: fornamn",
        "givenName: {column fornamn}",
        (
            '19:18: M222 Person.givenName is a plain value: write a column name, or one of column, text, format, first_of, ref, list, each. Did you mean "column"?',
        ),
    ),
    (
        "givenName: fornamn",
        "givenName: {column:fornamn}",
        ("19:18: M110 a space is missing after the colon: `column: fornamn`.",),
    ),
    (
        "givenName: fornamn",
        "givenName: - fornamn",
        (
            "19:18: M100 this is not YAML: a dash where no list can begin; write a list as [a, b], or on lines of its own.",
        ),
    ),
    (
        "givenName: fornamn",
        "givenName: [fornamn",
        ("19:18: M100 this is not YAML: a bracket that is opened here and not closed.",),
    ),
    (
        "givenName: fornamn",
        "givenName: {column: #fornamn}",
        (
            "19:27: M100 this is not YAML: what follows # is a comment, so the bracket is not closed; put a text with # in quotes.",
        ),
    ),
    (
        "givenName: fornamn",
        "givenName: {column: fornamn, text: X}",
        ("19:36: M110 `column` and `text` are two forms of a value; it has one.",),
    ),
    (
        "givenName: fornamn",
        "givenName = fornamn",
        ("19:7: M100 this is not YAML: a key without colon; write `key: value`, with a space after the colon.",),
    ),
    (
        "givenName: fornamn",
        "givenName: {column: fornamn, as: [integer, upper]}",
        ('19:50: M121 "upper" takes a text; after "integer" there is a whole number.',),
    ),
    (
        "givenName: fornamn",
        "givenName: {column: fornamn, as: join(-)}",
        ('19:40: M121 "join" takes a list; at the beginning there is a text.',),
    ),
    (
        "givenName: fornamn",
        "givenName: {column: fornamn, as: integer}",
        ('19:40: M121 Person.givenName takes a text, and "integer" gives a whole number.',),
    ),
    (
        "givenName: fornamn",
        "givenName: {column: fornamn, as: date(YYYY-MM-DD)}",
        ("19:40: M120 date(YYYY-MM-DD): year, month and day are written %Y (or %y), %m and %d: date(%Y-%m-%d).",),
    ),
    (
        "givenName: fornamn",
        "givenName: {column: fornamn, empty: omit_item}",
        ('19:43: M113 "omit_item" needs a list around it; say omit or reject here.',),
    ),
    (
        "givenName: fornamn",
        "givenName: {format: >-\n        {fornamn} von\n        {eftrnamn}}",
        (
            "19:27: M100 this is not YAML: a sign with a meaning of its own (such as % @ ` > |); put the text in quotes.",
        ),
    ),
    (
        "givenName: fornamn",
        "givenName:\n        format: >-\n          {fornamn} von\n          {eftrnamn}",
        ('22:12: M210 source "elever" has no column "eftrnamn". Did you mean "efternamn"?',),
    ),
    (
        "givenName: fornamn",
        "givenName: förnamnet",
        ('19:18: M210 source "elever" has no column "förnamnet". Did you mean "fornamn"?',),
    ),
    (
        "givenName: fornamn",
        "givenName: {first_of: [fornamn,\n        {column: eftrnamn}]}",
        ('20:18: M210 source "elever" has no column "eftrnamn". Did you mean "efternamn"?',),
    ),
    (
        "organisation: {ref: Organisation, via: kod}",
        "organisation: {ref: Organisation, via: kod, missing: drop_item}",
        ('46:58: M113 "drop_item" needs a list around it; say drop_object or stop here.',),
    ),
    (
        "status: [A, P]",
        "status: {in: [A, P], as: 'split(,)'}",
        (
            '15:37: M121 a condition compares one text, and "split" gives a list; add `first` or `join(…)` after the split.',
        ),
    ),
    (
        "  ad: {key: pnr}",
        "  ad: {key: socialnumber}",
        ('4:13: M210 source "ad" has no column "socialnumber". Did you mean "pnr"?',),
    ),
    (
        "  ad: {key: pnr}",
        "  ad: {key: pnr, kep: {eppn: x}}",
        (
            '4:18: M110 "kep" is not a word of a source; there are of, key, keep, expect, empty, optional, split, with, merge, rows. Did you mean "keep"?',
        ),
    ),
    (
        "from: skolor",
        "form: skolor",
        (
            '10:3: M110 "form" is not a word of a rule for Organisation; there are from, keep, when, id, enrich, fields, same_id. Did you mean "from"?',
        ),
    ),
    (
        "      fields: {person: {ref",
        "      field: {person: {ref",
        (
            '50:7: M110 "field" is not a word of the form `each`; there are each, match, keep, fields, value, unmatched, when. Did you mean "fields"?',
        ),
    ),
    (
        "    id: {uuid5: anst}\n",
        "    id: {uuid5: anst}\n    same_id: both\n",
        ('33:14: M113 "both" is not one of reject, merge.',),
    ),
    (
        "  skolor: {key: kod}",
        "  skolor: {key: kod, keep: {kod: {in: {a: b}}}}",
        (
            '5:40: M110 "a" is not a word of a condition; there are in, not, found_in, on_or_before, on_or_after, or, as. Did you mean "as"?',
        ),
    ),
    (
        "  skolor: {key: kod}",
        "  skolor: {key: kod, keep: {kod: {}}}",
        ("5:34: M112 this condition asks nothing; write a value, a list, or one of the words.",),
    ),
    (
        "  skolor: {key: kod}",
        "  skolor: {key: kod, keep: {kod: {or: empty}}}",
        ("5:34: M112 this condition asks nothing; write a value, a list, or one of the words.",),
    ),
    (
        "Organisation:\n  from: skolor\n  id: {school_unit: kod}\n  fields: {displayName: namn, schoolUnitCode: kod}\n",
        "Organisation: []\n",
        ("9:15: M112 there is no rule for Organisation here.",),
    ),
    (
        "each: inskr",
        "each: [inskr]",
        ("25:15: M111 a text is expected here.",),
    ),
    (
        "schoolType: {text: GR}\n          schoolYear",
        "schoolType: GR\n          schoolYear",
        ('29:23: M210 Person.enrolments.schoolType: "GR" alone is a column; the constant is written {text: GR}.',),
    ),
    (
        "groupType: {text: Klass}",
        "groupType: Klass",
        ('44:16: M210 Group.groupType: "Klass" alone is a column; the constant is written {text: Klass}.',),
    ),
    (
        "civicNo.value: {column",
        "civicNo.value.x: {column",
        ('21:7: M220 Person.civicNo.value has no attribute "x" in the profile; it is a plain value.',),
    ),
    (
        "enrich: {ad: pnr}",
        "enrich: [ad]",
        ("17:13: M111 a table of `word: value` is expected here.",),
    ),
    (
        "enrich: {ad: pnr}",
        "enrich: {ad: [pnr, guid]}",
        ('17:18: M232 "ad" has the key pnr; 2 column(s) stand here.',),
    ),
    (
        "id: {uuid5: guid}",
        "id: {uuid5: {text: a}}",
        ("16:17: M112 an id of constants is the same for all; name a column too.",),
    ),
    (
        "by: [kod, klass]",
        "by: kod, klass",
        (
            '40:37: M110 "klass" is not a word of `from`; there are distinct, by; several values stand in [ ].',
            '41:21: M210 "klass" is not among the columns of `by`, which are all that the object is made of.',
            '43:29: M210 "klass" is not among the columns of `by`, which are all that the object is made of.',
            '49:32: M210 "klass" is not among the columns of `by`, which are all that the object is made of.',
        ),
    ),
    (
        "{klass} på {kod}",
        "{klass} på {kod}}",
        ('43:34: M113 "}" has a brace without its pair.',),
    ),
    (
        "mapping: 1\n",
        "mapping: 1\n---\n",
        ("2:1: M102 a second document; a mapping is one document.",),
    ),
    (
        "match: {guid: guid}",
        "match: guid",
        ("25:9: M112 `each` needs `match: {its column: my column}`.",),
    ),
    (
        "codes:\n",
        "codes:\n  x: a\n",
        ("8:6: M111 a table of `word: value` is expected here.",),
    ),
    (
        "  skolor: {key: kod}",
        "  skolor: kod",
        ("5:11: M111 a table of `word: value` is expected here.",),
    ),
    (
        "enrich: {ad: pnr}",
        "enrich: {ad: {pnr: pnr}}",
        (
            "17:18: M112 a key column is a name or {column: NAME, as: …}.",
            '17:19: M110 "pnr" is not a word of a key column; there are column, as, codes, text, first_of.',
        ),
    ),
    (
        "by: [kod, klass]",
        "by: [kod]",
        (
            '41:21: M210 "klass" is not among the columns of `by`, which are all that the object is made of.',
            '43:29: M210 "klass" is not among the columns of `by`, which are all that the object is made of.',
            '49:32: M210 "klass" is not among the columns of `by`, which are all that the object is made of.',
        ),
    ),
    (
        "givenName: fornamn",
        "givenName: for\x07namn",
        ("19:21: M100 this is not YAML: a control character, which cannot be seen; delete it.",),
    ),
    (
        "givenName: fornamn",
        "givenName: & x",
        ("19:19: M100 this is not YAML: a sign with a meaning of its own (& or *); put the text in quotes.",),
    ),
    (
        "givenName: fornamn",
        "givenName: >x",
        ("19:19: M100 this is not YAML: | and > begin a text of several lines; put a text that holds them in quotes.",),
    ),
    (
        "id: {uuid5: guid}",
        "id: {uuid5: ad.eppn}",
        (
            '16:17: M210 an id is made of the own row alone, so that it is known whatever "ad" says; join the two under `sources` (`with`).',
        ),
    ),
    (
        "S: Sekretessmarkering}",
        "S: Sekretessmarkering, otherwise: Ingen}",
        ("23:47: M242 an unknown mark protects; list those that mean Ingen, and leave the rest out.",),
    ),
    (
        "unknown: protected",
        "unknown: Ingen",
        ("23:63: M242 an unknown mark protects; list those that mean Ingen, and leave the rest out.",),
    ),
    (
        "givenName: fornamn",
        "givenName: [fornamn, efternamn]",
        (
            "19:18: M111 one column is expected; of several, {first_of: [a, b]} takes the first, {format: …} joins them.",
        ),
    ),
    (
        "givenName: fornamn",
        "firstName: fornamn",
        (
            '19:7: M220 Person has no attribute "firstName" in the profile; there are givenName, middleName, familyName, eduPersonPrincipalNames, civicNo, securityMarking, emails, enrolments, externalIdentifiers. Did you mean "givenName"?',
        ),
    ),
    (
        "keep: {status: [A, P], slut",
        "keep: {status: A, P, slut",
        ('15:23: M210 "P" is no column, and nothing is asked of it; several values stand in [ ].',),
    ),
    # and what stands inside it is told too
    (
        "ref: Person, of: elever, via: guid, missing: drop_item",
        "ref: Person, of: elever, via: guid, mising: drop_item",
        (
            '50:61: M110 "mising" is not a word of the form `ref`; there are ref, via, by, of, missing, empty, when. Did you mean "missing"?',
        ),
    ),
    (
        "ref: Person, of: elever, via: guid, missing: drop_item",
        "ref: Person, of: elevr, via: gid, by: pnrr, missing: x",
        (
            '50:42: M231 Person has no rule from "elevr"; there are elever, personal. Did you mean "elever"?',
            '50:54: M210 source "elever" has no column "gid". Did you mean "guid"?',
            '50:63: M210 source "elever" has no column "pnrr". Did you mean "pnr"?',
            '50:78: M113 "x" is not one of drop_item, drop_object, stop.',
        ),
    ),
    (
        "ref: Person, of: elever, via: guid, missing: drop_item",
        "ref: Person, of: elever, via: [guid, gid], missing: x",
        (
            '50:55: M232 Person of "elever" has the key guid; `via` names 2 column(s).',
            '50:62: M210 source "elever" has no column "gid". Did you mean "guid"?',
            '50:77: M113 "x" is not one of drop_item, drop_object, stop.',
        ),
    ),
    (
        "enroledAt: {ref: Organisation, via: kod}",
        "enroledAt: {ref: Person, via: kodd, missing: x, of: elever}",
        (
            "28:28: M236 Person.enrolments.enroledAt refers to Organisation or school_unit, not to Person.",
            '28:41: M210 source "inskr" has no column "kodd". Did you mean "kod"?',
            '28:56: M113 "x" is not one of drop_item, drop_object, stop.',
        ),
    ),
    (
        "enroledAt: {ref: Organisation, via: kod}",
        "enroledAt: {ref: , via: kodd}",
        (
            "28:22: M112 a reference is {ref: TYPE, via: COLUMN}.",
            '28:35: M210 source "inskr" has no column "kodd". Did you mean "kod"?',
        ),
    ),
    (
        "enroledAt: {ref: Organisation, via: kod}",
        "enroledAt: {ref: Organisation, via: {as: lowr, codes: skyd}}",
        (
            "28:47: M112 a key column is a name or {column: NAME, as: …}.",
            '28:52: M120 "lowr" is no conversion; there are integer, boolean, date(FORMAT), personnummer, uuid, lower, upper, pad(N), pattern(REGEX), split(SEP), join(SEP), first. Did you mean "lower"?',
            '28:65: M240 there is no code list "skyd" under `codes`. Did you mean "skydd"?',
        ),
    ),
    (
        "enroledAt: {ref: Organisation, via: kod}",
        "enroledAt: {format: '{kodd}', as: lowr}",
        (
            "28:22: M222 Person.enrolments.enroledAt is an object or reference, not a plain value.",
            '28:33: M210 source "inskr" has no column "kodd". Did you mean "kod"?',
            '28:45: M120 "lowr" is no conversion; there are integer, boolean, date(FORMAT), personnummer, uuid, lower, upper, pad(N), pattern(REGEX), split(SEP), join(SEP), first. Did you mean "lower"?',
        ),
    ),
    ("each: inskr", "each:", ("25:14: M112 the name of a source is missing here.",)),
    (
        "        each: inskr\n        match: {guid: guid}\n        fields:\n          enroledAt: {ref",
        "        match: {guid: guid}\n        fields:\n          enroledAtt: {ref",
        (
            "25:9: M222 Person.enrolments is a list: write {list: […]} or {each: …}.",
            '27:11: M220 Person.enrolments has no attribute "enroledAtt" in the profile; there are enroledAt, schoolType, schoolYear, educationCode, cancelled. Did you mean "enroledAt"?',
        ),
    ),
    (
        "        match: {guid: guid}\n        fields:\n",
        "        match: {gid: guid}\n        unmatched: tell\n        when: {statu: A}\n        fields:\n",
        (
            '26:17: M210 source "inskr" has no column "gid". Did you mean "guid"?',
            '27:20: M113 "tell" is not one of ignore, report.',
            '28:16: M210 source "elever" has no column "statu". Did you mean "status"?',
        ),
    ),
    (
        "schoolYear: {column: arskurs, as: integer, empty: omit}",
        "schoolYear: {list: [{column: arskur, as: integr}]}",
        (
            "30:23: M222 Person.enrolments.schoolYear is one value, not a list.",
            '30:40: M210 source "inskr" has no column "arskur". Did you mean "arskurs"?',
            '30:52: M120 "integr" is no conversion; there are integer, boolean, date(FORMAT), personnummer, uuid, lower, upper, pad(N), pattern(REGEX), split(SEP), join(SEP), first. Did you mean "integer"?',
        ),
    ),
    (
        "{list: [ad.eppn]}",
        "{list: {column: ad.epn}}",
        (
            "22:32: M111 `list:` takes values in [ ].",
            '22:48: M210 source "ad" has no column "epn". Did you mean "eppn"?',
        ),
    ),
    (
        "givenName: fornamn",
        "givenName: {first_of: fornam, empty: skip}",
        (
            "19:18: M111 `first_of:` takes values in [ ].",
            '19:29: M210 source "elever" has no column "fornam". Did you mean "fornamn"?',
            '19:44: M113 "skip" is not one of omit, omit_item, reject.',
        ),
    ),
    (
        "givenName: fornamn",
        "givenName: {ref: Person, via: fornam}",
        (
            "19:18: M222 Person.givenName is no reference.",
            '19:37: M210 source "elever" has no column "fornam". Did you mean "fornamn"?',
        ),
    ),
    (
        "civicNo.value: {column: pnr,",
        "civicnr.value: {column: pnrr,",
        (
            '21:7: M220 Person has no attribute "civicnr" in the profile; there are givenName, middleName, familyName, eduPersonPrincipalNames, civicNo, securityMarking, emails, enrolments, externalIdentifiers. Did you mean "civicNo"?',
            '21:31: M210 source "elever" has no column "pnrr". Did you mean "pnr"?',
        ),
    ),
    (
        "securityMarking: {column: skydd, codes: skydd, unknown: protected}",
        "securityMarking: {kol: skydd, codes: skyd, unknown: protecte}",
        (
            "23:24: M222 Person.securityMarking is a plain value: write a column name, or one of column, text, format, first_of, ref, list, each.",
            '23:44: M240 there is no code list "skyd" under `codes`. Did you mean "skydd"?',
            '23:59: M242 "protecte" is not a value of Person.securityMarking; there are Ingen, Sekretessmarkering, Skyddad folkbokföring.',
        ),
    ),
    (
        "eduPersonPrincipalNames: eppn\n",
        "eduPersonPrincipalNames: {each: {splitt: epn}, value: valu}\n",
        (
            '37:40: M110 "splitt" is not a word of `each` over parts; there are split, on. Did you mean "split"?',
            '37:48: M210 source "personal" has no column "epn". Did you mean "eppn"?',
            '37:61: M210 source "personal" has no column "valu". Did you mean "value"?',
        ),
    ),
    (
        "eduPersonPrincipalNames: eppn\n",
        "eduPersonPrincipalNames: {each: {columns: epn}, value: valu}\n",
        (
            "37:39: M112 `each` over columns is {columns: [a, b]}.",
            '37:49: M210 source "personal" has no column "epn". Did you mean "eppn"?',
            '37:62: M210 source "personal" has no column "valu". Did you mean "value"?',
        ),
    ),
    ("- from: personal\n", "- from:\n", ("31:10: M112 the name of a source is missing here.",)),
    (
        "from: {distinct: elever, by: [kod, klass]}",
        "from: {by: [kod, klass]}",
        ("40:9: M112 `from` is a source, or {distinct: SOURCE, by: [columns]}.",),
    ),
    (
        "from: {distinct: elever, by: [kod, klass]}",
        "from: {distinct: elever, by: [kodd, klas]}",
        (
            '40:33: M210 source "elever" has no column "kodd". Did you mean "kod"?',
            '40:39: M210 source "elever" has no column "klas". Did you mean "klass"?',
        ),
    ),
    (
        "id: {uuid5: anst}",
        "id: {uuid5: anstt, uuid: epn}",
        (
            "32:9: M112 `id:` is one of {uuid: …}, {uuid5: …}, {school_unit: …}.",
            '32:17: M210 source "personal" has no column "anstt". Did you mean "anst"?',
            '32:30: M210 source "personal" has no column "epn". Did you mean "eppn"?',
        ),
    ),
    (
        "enrich: {ad: pnr}",
        "enrich: {add: pnrr, inskr: add.pnrr}",
        (
            '17:14: M200 there is no source "add". Did you mean "ad"?',
            '17:19: M210 source "elever" has no column "pnrr". Did you mean "pnr"?',
            '17:25: M233 source "inskr" has no key; say under `sources:` which column finds its rows.',
            '17:32: M210 source "ad" has no column "pnrr". Did you mean "pnr"?',
        ),
    ),
    (
        "codes:\n",
        "codes:\n  x: {form: skolr, key: kodd, value: nam}\n",
        (
            '8:7: M110 "form" is not a word of a code list from a source; there are from, key, value, otherwise. Did you mean "from"?',
            '8:13: M200 there is no source "skolr". Did you mean "skolor"?',
            '8:25: M210 source "skolor" has no column "kodd". Did you mean "kod"?',
            '8:38: M210 source "skolor" has no column "nam". Did you mean "namn"?',
        ),
    ),
    (
        "keep: {status: [A, P],",
        "keep: {guid: {found_in: {inskr: gid, ad: pnrr}},",
        (
            "15:29: M112 `found_in` is {source: column}.",
            '15:37: M210 source "inskr" has no column "gid". Did you mean "guid"?',
            '15:46: M210 source "ad" has no column "pnrr". Did you mean "pnr"?',
        ),
    ),
    (
        "  elever: {key: guid,",
        "  elever: {key: guid, with: {personal: {anst: giud}}, keep: {personal.eppn: {found_in: {ad: pnrr}}},",
        (
            '3:30: M200 "personal" is described further down; a source comes after those that it is joined with.',
            '3:47: M210 source "elever" has no column "giud". Did you mean "guid"?',
            '3:89: M200 "ad" is described further down; a source comes after those that it looks into.',
            '3:93: M210 source "ad" has no column "pnrr". Did you mean "pnr"?',
        ),
    ),
    (
        "  elever: {key: guid,",
        "  elever: {kye: guid,",
        (
            '3:12: M110 "kye" is not a word of a source; there are of, key, keep, expect, empty, optional, split, with, merge, rows. Did you mean "key"?',
        ),
    ),
    (
        "enrich: {ad: pnr}",
        "enrich: [{ad: pnrr}]",
        (
            "17:13: M111 a table of `word: value` is expected here.",
            '17:19: M210 source "elever" has no column "pnrr". Did you mean "pnr"?',
        ),
    ),
    (
        "match: {guid: guid}",
        "match: [{gid: guid}]",
        (
            "25:9: M112 `each` needs `match: {its column: my column}`.",
            '26:18: M210 source "inskr" has no column "gid". Did you mean "guid"?',
        ),
    ),
]
