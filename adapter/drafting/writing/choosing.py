"""The condition that tells pupils or staff from others in their table."""

from __future__ import annotations

from adapter.drafting.layout import Entry, Flow, one_of
from adapter.drafting.understanding import vocabulary
from adapter.drafting.understanding.links import converted
from adapter.drafting.understanding.people import SUFFIX, People
from adapter.drafting.understanding.tables import Table
from adapter.drafting.understanding.vocabulary import role_words
from adapter.drafting.writing.desk import Desk
from adapter.drafting.writing.sources import View


def of_kind(table: Table, who: People) -> list[Entry]:
    """The condition that tells rows about them from others in a table that is not theirs: by what it calls them."""
    selection = who.selection
    if selection is not None and selection.beside is table and selection.role is not None:
        return [Entry(selection.role.name, one_of(selection.words), selection.guess.note)]
    role = table.find("role")
    words = role_words(role.column).get(who.kind, ()) if role else ()
    if role is None or not words or len(words) == len(role.column.words):
        return []
    if not all(map(vocabulary.role, role.column.texts)):  # what nobody knows may be about them too
        return []
    return [Entry(role.name, one_of(words), role.guess.note)]


def chosen(desk: Desk, who: People) -> list[Entry]:
    """Their rows: by a word, or by standing in another table; nothing where no others stand there."""
    selection = who.selection
    if selection is None:
        return []
    note = selection.guess.note
    if selection.link is None or selection.beside is None:
        return [Entry(selection.column.name, one_of(selection.words), note)]
    sources, form = desk.sources, selection.link.form
    name = sources.plain(selection.beside)
    if selection.role is not None:
        keep = [Entry(selection.role.name, one_of(selection.words), note)]
        name = sources.view(View(f"{name}_{SUFFIX[who.kind]}", selection.beside, keep=keep)).name
    condition: dict[str, Flow] = {"found_in": {name: converted(selection.link.column.name, form)}}
    if form:
        condition["as"] = form
    return [Entry(selection.column.name, condition, note)]
