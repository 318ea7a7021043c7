"""`id:`: what makes an object's id, of its own row alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapter.findings import RowRef
from adapter.mapping import language
from adapter.mapping.keys import KeyReader, columns_in
from adapter.mapping.references import OpenData
from adapter.mapping.row_findings import RowFinding
from adapter.mapping.scope import Frames, Get, Scope, key_getter
from adapter.mapping.syntax import Scalar, Table
from adapter.ss12000 import ids
from adapter.ss12000.types import ResourceType


@dataclass(frozen=True)
class Identities:
    """Compiles the ids of one mapping."""

    reader: KeyReader
    namespace: bytes
    open_data: OpenData
    aliases: Mapping[str, str] = field(default_factory=dict)

    def compile(self, kind: ResourceType, node: Table, scope: Scope) -> tuple[Get | None, tuple[Get, ...]]:
        """What makes the id, and the columns that it is made of."""
        given = node.get("id")
        if not isinstance(given, Table) or len(given.entries) != 1:
            place = given.span if given else node.span
            what = "`id:` is one of" if given else f"this rule for {kind} has no `id:`; it is one of"
            self.reader.report("M112", f"{what} {{uuid: …}}, {{uuid5: …}}, {{school_unit: …}}.", place)
            for _, columns in given.entries if isinstance(given, Table) else ():
                self.reader.key(columns, scope)
            return None, ()
        given = self.reader.words(given, language.ID, "`id`")
        word, columns = given.entries[0]
        said = node.get("enrich")
        second = {name.value for name, _ in said.entries} if isinstance(said, Table) else set()
        for item in columns_in(columns):
            other = item.value.partition(".")[0]
            if other in second and scope.find(item.value) is None:
                message = (
                    f'an id is made of the own row alone, so that it is known whatever "{other}" says; '
                    "join the two under `sources` (`with`)."
                )
                self.reader.report("M210", message, item.span)
                return None, ()
        parts, names, _ = self.reader.key(columns, scope)
        if not parts:
            return None, ()
        if all(name.startswith('"') for name in names):
            self.reader.report("M112", "an id of constants is the same for all; name a column too.", columns.span)
        if kind is ResourceType.ORGANISATION and word.value != "school_unit":
            message = "an Organisation's id is always Skolverket's: {school_unit: COLUMN with skolenhetskod}."
            self.reader.report("M234", message, word.span)
        get, aliases = self._getter(str(kind), word, parts, scope, names), self.aliases
        if not aliases:
            return get, parts
        return lambda frames: aliases.get(made := get(frames), made), parts

    def _getter(self, kind: str, word: Scalar, parts: Sequence[Get], scope: Scope, names: Sequence[str]) -> Get:
        key: Get = key_getter(parts)
        view, namespace = scope.frames[0].view.name, self.namespace
        skolverket = self.open_data.school_unit_id

        def get(frames: Frames) -> str:
            found = key(frames)
            if found is None:
                row = RowRef(view, frames[0][0])
                empty = ", ".join(name for name, part in zip(names, parts, strict=True) if not part(frames))
                raise RowFinding("M301", f"has no id: {empty} is empty", row, word.span, f"{kind}.id")
            if word.value == "uuid5":
                return ids.own_id(namespace, kind, found if isinstance(found, tuple) else (found,))
            if word.value == "school_unit":
                return skolverket(found)
            if (canonical := ids.canonical_uuid(found)) is None:
                row = RowRef(view, frames[0][0])
                raise RowFinding("M302", f"has no id: {', '.join(names)} is not a uuid", row, word.span, f"{kind}.id")
            return canonical

        return get
