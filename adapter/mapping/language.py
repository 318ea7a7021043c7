"""The words of the language: where each may stand and what it means. The one description that the reader,
the editors' schema and the manual share."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, str]

TOP: Words = {
    "mapping": "version of the language: 1",
    "sources": "what is known of each source: key, expectations, what counts as empty",
    "codes": "lists that turn the source's words into the standard's",
    "Organisation": "rules for school units",
    "Person": "rules for pupils and staff",
    "Group": "rules for classes and teaching groups",
    "Duty": "rules for staff's work at units",
    "Activity": "rules for teaching that takes a national test",
    "tests": "rows in, objects out: run by `check`",
}
TEST: Words = {
    "name": "what it is about",
    "today": "the date to reckon with: ÅÅÅÅ-MM-DD",
    "rows": "{source: [rows]}; a source that is not named is empty, a cell that is not named too",
    "gives": "{type: [objects]}: all objects of these types, by the attributes that matter",
    "issues": "the codes of all findings; default: none",
}
SOURCE: Words = {
    "of": "the source in config.toml, when this is a view of it under another name",
    "key": "column or columns that tell rows apart; references find objects by it",
    "keep": "only rows that satisfy these conditions",
    "expect": "what a good export looks like: min_rows, max_shrink, max_age, columns",
    "empty": "texts that mean nothing was entered; an empty cell always does",
    "optional": "columns that the source may lack: they are empty then, and it is told",
    "split": "{column: COLUMN, on: SEPARATOR}, or several in a list: a row for each part of this column's text",
    "with": "{OTHER: {its column: my column}}: a row for each row of OTHER that matches; its columns are OTHER.COLUMN",
    "merge": "one row for each key: a column holds what all its rows say (only), or what most of them say (most)",
    "rows": "the rows themselves, [{column: text}], for what no table holds; then config.toml has no such source",
}
EXPECT: Words = {
    "min_rows": "fewer rows than this stop the run: last night's data stay",
    "max_shrink": "so much shorter than in the last good run stops the run, for example 5% (which it is by itself)",
    "max_age": "an older file stops the run, for example 36h",
    "columns": "columns that the source must have, whether the mapping reads them or not: [elevid, klass]",
}
RULE: Words = {
    "from": "the source whose rows become objects, or {distinct: SOURCE, by: [columns]}",
    "keep": "only rows that satisfy these conditions",
    "when": "the same as `keep`; where both are said, both must hold",
    "id": "{uuid: COLUMN}, {uuid5: COLUMN or list} or {school_unit: COLUMN}",
    "enrich": "{SOURCE: COLUMN}: a second source's row for the same object, found by its key",
    "fields": "attribute: value; the tree looks like the object",
    "same_id": "an object that an earlier rule gave already: reject (default), or merge the two field by field",
}
DISTINCT: Words = {"distinct": "the source", "by": "the columns whose different values are the objects"}
ID: Words = {
    "uuid": "the source's own uuid; braces and case are normalised",
    "uuid5": "made from these columns under the organiser's secret namespace",
    "school_unit": "Skolverket's id of the unit with this skolenhetskod",
}
FORMS: dict[str, Words] = {
    "column": {
        "column": "a column of the row",
        "as": "conversions, in order",
        "codes": "a list under `codes` that translates the value",
        "unknown": "when the list lacks the value: reject (default), omit, protected, or a value",
        "empty": "when the cell is empty: omit, omit_item or reject",
        "when": "only where these conditions hold",
    },
    "text": {"text": "a constant", "when": "only where these conditions hold"},
    "format": {
        "format": "a text with {column} in it; empty when one of them is",
        "as": "conversions, in order",
        "empty": "omit, omit_item or reject",
        "when": "only where these conditions hold",
    },
    "first_of": {
        "first_of": "the first of these values that is there: not empty, and if a reference, to something published",
        "empty": "when all are: omit, omit_item or reject",
        "when": "only where these conditions hold",
    },
    "ref": {
        "ref": "a type of this mapping, or test_activity, school_unit or programme in Skolverket's open data",
        "via": "the column or columns that hold the target's key",
        "by": "the target's columns that `via` holds, where they are not its key",
        "of": "which of the target's rules is meant, by its source",
        "missing": "when there is no such object: drop_item, drop_object or stop",
        "empty": "when the cell is empty: omit, omit_item or reject",
        "when": "only where these conditions hold",
    },
    "list": {"list": "values, one an item", "when": "only where these conditions hold"},
    "each": {
        "each": "an item for each row of this source, non-empty one of {columns: […]}, or part of {split: COLUMN}",
        "match": "its column: my column",
        "keep": "only rows that satisfy these conditions",
        "fields": "what an item looks like",
        "value": "the item itself, where it is a plain value",
        "unmatched": "when no row matches: ignore (default) or report",
        "when": "only where these conditions hold",
    },
}
COLUMN: Words = {
    "column": "a column",
    "as": "conversions, in order",
    "codes": "a list under `codes` that translates what comes of it",
    "text": "or a constant",
    "first_of": "or the first of these columns that is not empty",
}
SPLIT_SOURCE: Words = {
    "column": "a column whose text has several parts",
    "on": "what stands between them; default: a comma",
}
EACH_COLUMNS: Words = {"columns": "columns, each of which gives an item where it is not empty"}
SPLIT: Words = {"split": "a column whose text has several parts", "on": "what stands between them; default: a comma"}
CODES_FROM: Words = {
    "from": "the source that holds the list",
    "key": "its column with their words",
    "value": "its column with our words",
    "otherwise": "for words that it lacks",
}
CONDITION: Words = {
    "in": "one of these values",
    "not": "anything but this: a value, a list, or empty",
    "found_in": "{source: column}: the value stands in that column of the other source",
    "on_or_before": "a date not later than this: today, today-10d, 2026-08-17",
    "on_or_after": "a date not earlier than this",
    "or": "empty: an empty cell satisfies it too",
    "as": "conversions before comparing",
}
PLACES: Mapping[str, Words] = {
    "a mapping": TOP,
    "a source": SOURCE,
    "`expect`": EXPECT,
    "`split`": SPLIT_SOURCE,
    "a code list from a source": CODES_FROM,
    "a rule": RULE,
    "`from`": DISTINCT,
    "`id`": ID,
    "a condition": CONDITION,
    "a key column": COLUMN,
    **{f"the form `{form}`": words for form, words in FORMS.items()},
    "`each` over columns": EACH_COLUMNS,
    "`each` over parts": SPLIT,
    "a test": TEST,
}
"""The grammar: place -> the words that may stand there. Messages call the places so."""
EMPTY = ("omit", "omit_item", "reject")
MISSING = ("drop_item", "drop_object", "stop")
MERGE = ("only", "most")
SAME_ID = ("reject", "merge")
UNMATCHED = ("ignore", "report")
OPEN_DATA = ("test_activity", "school_unit", "programme")
_UNIT = ("Organisation", "school_unit")
REFERS_TO = {
    **dict.fromkeys(("organisation", "enroledAt", "dutyAt"), _UNIT),
    "person": ("Person",),
    "duty": ("Duty",),
    "groups": ("Group",),
    "parentActivity": ("test_activity",),
    "educationCode": ("programme",),
}
"""Attribute -> what a reference in it may lead to."""
