"""Lists of bare references (memberships, teachers): by far the most numerous values, so built without detours.

The result is the same as by the general way in `values`, which a property test holds it to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapter.mapping import language
from adapter.mapping.plan import Tally
from adapter.mapping.references import Reference, References
from adapter.mapping.row_findings import ItemFinding, ItemOmitted, NotExposed, RowFinding
from adapter.mapping.scope import Frames, Get, Scope
from adapter.mapping.syntax import Items, Node, Scalar, Table
from adapter.ss12000.shape import Field


@dataclass(frozen=True)
class Links:
    """A list whose items are `{attribute: {id}}`, or `{id}` where attribute is ""."""

    reference: Reference
    attribute: str
    report: Callable[[RowFinding], None]

    def build(
        self, tally: Tally, my_key: Callable[[Frames], Any], unmatched: Get, on_empty: Callable[[Frames], Any]
    ) -> Get:
        """frames -> items in id order, each once."""
        key, lookup, absent = self.reference.key, self.reference.lookup, self.reference.absent
        attribute, rows_of, report = self.attribute, tally.index.rows, self.report

        def build(frames: Frames) -> Any:
            found = set()
            mine = my_key(frames)
            rows = rows_of.get(mine)
            if rows:
                tally.counts[0] += 1
            else:
                tally.missed(mine)
                rows = unmatched(frames)
            for row in rows:
                if isinstance(row, RowFinding):
                    raise row
                own = (row,)
                wanted = key(own)
                target = lookup(wanted)
                if target is not None:
                    found.add(target)
                    continue
                try:
                    absent(own, wanted)
                except (ItemOmitted, NotExposed):
                    continue
                except ItemFinding as finding:
                    report(finding)
            if not found:
                return on_empty(frames)
            if attribute:
                return [{attribute: {"id": target}} for target in sorted(found)]
            return [{"id": target} for target in sorted(found)]

        return build


def compile_links(
    references: References, cover: Callable[[Table, str], None], node: Table, field_: Field, inner: Scope, subject: str
) -> Links | None:
    """The fast form, where the mapping is plain enough for it: one reference by own columns, nothing else.

    `cover` is told where each attribute comes from.
    """
    reference, part, attribute = node.get("value"), field_.item(), ""
    if not field_.is_reference:
        part, attribute = field_.parts[0], field_.parts[0].name
        fields = node.get("fields")
        if not isinstance(fields, Table) or len(fields.entries) != 1:
            return None
        reference = fields.get(attribute)
    if not isinstance(reference, Table) or "ref" not in reference or "when" in reference:
        return None
    if any(word.value not in language.FORMS["ref"] for word, _ in reference.entries):  # told in the general way
        return None
    own = Scope(inner.frames[:1], in_list=True)  # a key that needs the parent's columns takes the general way
    if not _own_columns(reference.get("via"), own):
        return None
    path = f"{subject}.{attribute}" if attribute else subject
    compiled = references.reference(reference, part, own, path)
    if compiled is None:
        return None
    cover(reference, path)
    return Links(compiled, attribute, references.report)


def _own_columns(via: Node | None, own: Scope) -> bool:
    nodes = via.items if isinstance(via, Items) else (via,)
    return all(isinstance(node, Scalar) and own.find(node.value) is not None for node in nodes)
