"""A mapping's tree and the sources' headers -> a Plan, or every finding at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from adapter.findings import Severity, Span
from adapter.mapping import language
from adapter.mapping.almanac import Almanac
from adapter.mapping.codelists import CodeLists
from adapter.mapping.conditions import compile_conditions
from adapter.mapping.identity import Identities
from adapter.mapping.keys import KeyReader
from adapter.mapping.plain import PlainValues
from adapter.mapping.plan import Enrichment, Plan, Rule, Tally
from adapter.mapping.references import OpenData, References, Sink
from adapter.mapping.scope import Frame, Get, Index, Key, Scope, Target, View, key_getter
from adapter.mapping.sources import SourceCompiler
from adapter.mapping.syntax import Items, Node, Scalar, Table, parse
from adapter.mapping.values import Values
from adapter.ss12000.shape import Field
from adapter.ss12000.types import BUILD_ORDER, ResourceType


@dataclass(frozen=True)
class Surroundings:
    """What a mapping is compiled against: all that is not written in it.

    headers: config source -> its columns, or None where they were not looked at.
    kinds: config source -> column -> what it holds (numbers, dates, uuids), as far as the source knows.
    aliases: ids that are made -> ids that their objects have had since before their keys changed.
    table, ids: make what rows and ids are looked up in; a run that is traced has tables that tell what they were asked.
    """

    headers: Mapping[str, Sequence[str] | None]
    shapes: Mapping[ResourceType, Field]
    namespace: bytes
    open_data: OpenData
    sink: Sink
    today: dt.date
    table: Callable[[], dict[Hashable, Any]] = dict
    ids: Callable[[], dict[Hashable, str]] = dict
    kinds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)


def compile_mapping(text: str, file: str, around: Surroundings) -> Plan:
    """Read, resolve and compile. `Plan.findings` holds all findings; with errors among them the plan must not run."""
    tree, findings = parse(text, file)
    if findings:
        return Plan({kind: [] for kind in BUILD_ORDER}, [], [], findings, Almanac(around.today))
    return _Compiler(tree, around).plan()


@dataclass
class _Compiler:
    tree: Table
    around: Surroundings
    targets: dict[str, list[Target]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.views: dict[str, View] = {}
        self.almanac = Almanac(self.around.today)
        self.reader = KeyReader(self.almanac, self.views)
        self.identities = Identities(self.reader, self.around.namespace, self.around.open_data, self.around.aliases)
        self.sources = SourceCompiler(
            self.reader, self.around.headers, self.views, self.around.table, self.around.kinds
        )

    def plan(self) -> Plan:
        reader = self.reader
        self.tree = reader.words(self.tree, language.TOP, "a mapping")
        version = self.tree.get("mapping")
        if not isinstance(version, Scalar) or version.value != "1":
            place = version.span if version else self.tree.span
            reader.report("M112", "a mapping says its version first: `mapping: 1`.", place)
        lists = CodeLists(reader, self.sources, reader.table(self.tree.get("codes"), self.tree.span))
        lists.read_written()
        self.sources.compile(reader.table(self.tree.get("sources"), self.tree.span))
        lists.read_from_sources()
        nodes = [(kind, node) for kind in BUILD_ORDER for node in self._rule_nodes(kind)]
        drafts = [(kind, node, self._driving_view(kind, node)) for kind, node in nodes]
        for kind, node, view in drafts:
            key, span = self._target_key(node, view)
            self.targets.setdefault(str(kind), []).append(Target(str(kind), view, key, self.around.ids(), span))
        if not nodes:
            reader.report("M112", "no type is mapped; write at least Person.", self.tree.span)
        references = References(reader, self.targets, self.sources.index, self.around.open_data, self.around.sink)
        references.broken = {str(kind) for kind in BUILD_ORDER if str(kind) in self.tree}
        plain = PlainValues(reader)
        values = Values(reader, plain, self.sources, references)
        rules: dict[ResourceType, list[Rule]] = {kind: [] for kind in BUILD_ORDER}
        taken: dict[str, int] = {}
        for kind, node, view in drafts:
            target = self.targets[str(kind)][taken.setdefault(str(kind), 0)]
            taken[str(kind)] += 1
            if (rule := self._rule(kind, node, view, target, values)) is not None:
                rules[kind].append(rule)
        reader.sure_of_protection()
        if not any(finding.severity is Severity.ERROR for finding in reader.findings):
            self._notes(reader.used_codes)
        unique = list(dict.fromkeys(reader.findings))
        unique.sort(key=lambda finding: finding.sort_key)
        views = [view for view in self.views.values() if view.used]
        tallies = [item.tally for some in rules.values() for rule in some for item in rule.enrich]
        tallies = [*tallies, *values.lists.tallies]
        listed = [found.index for found in reader.codes.values() if found.index is not None]
        return Plan(rules, views, plain.coverage, unique, self.almanac, self.sources.inline, tallies, listed)

    def _notes(self, used_codes: set[str]) -> None:
        """What is written but not used: probably forgotten, never wrong."""
        described = self.tree.get("sources")
        used = {view.source for view in self.views.values() if view.used}
        for name, _ in described.entries if isinstance(described, Table) else ():
            if (view := self.views.get(name.value)) is not None and not view.used and name.value not in used:
                self.reader.report("M201", f'source "{name.value}" is not used.', name.span, severity=Severity.NOTE)
        told = {name.value for name, _ in described.entries} if isinstance(described, Table) else set()
        for source in self.around.headers.keys() - used - told:
            message = f"[sources.{source}] of config.toml is not used here: it is opened every night for nothing."
            self.reader.report("M201", message, Span(self.tree.span.file), severity=Severity.NOTE)
        listed = self.tree.get("codes")
        for name, _ in listed.entries if isinstance(listed, Table) else ():
            if name.value not in used_codes:
                message = f'code list "{name.value}" is not used.'
                self.reader.report("M241", message, name.span, severity=Severity.NOTE)

    # -- rules --------------------------------------------------------------------------------------------

    def _rule_nodes(self, kind: ResourceType) -> list[Table]:
        node = self.tree.get(str(kind))
        if node is None:
            return []
        found = []
        items = node.items if isinstance(node, Items) else (node,)
        if not items:
            self.reader.report("M112", f"there is no rule for {kind} here.", node.span)
        for item in items:
            if isinstance(item, Table):
                found.append(self.reader.words(item, language.RULE, f"a rule for {kind}"))
            else:
                self.reader.report("M111", f"a rule for {kind} is a table with from, id and fields.", item.span)
        return found

    def _driving_view(self, kind: ResourceType, node: Table) -> View:
        source = node.get("from")
        if source is None:
            self.reader.report("M112", f"this rule for {kind} does not say `from:` which source.", node.span)
            return self.sources.unknown()
        if isinstance(source, Table):
            source = self.reader.words(source, language.DISTINCT, "`from`")
            source = source.get("distinct") or source
            if isinstance(source, Table):  # without `distinct`
                self.reader.report("M112", "`from` is a source, or {distinct: SOURCE, by: [columns]}.", source.span)
                return self.sources.unknown()
        view = self.sources.known(source)
        view.used = True
        return view

    def _target_key(self, node: Table, view: View) -> tuple[Key, Span]:
        """What references to a rule's objects name, and where the mapping says it: the source's key.

        Where that does not belong to the object, which is distinct by other columns, those columns. A source without a
        key is known by the columns its objects' id is made from.
        """
        given, source = node.get("id"), node.get("from")
        if isinstance(source, Table) and (by := source.get("by")) is not None:
            together = self.reader.key(by, Scope((Frame(view.name, view),)), early=True)
            own = {name.partition(" as ")[0] for name in view.key.columns}
            if not own or not own <= set(together.columns):
                return together, by.span
        elif not view.key.parts and isinstance(given, Table) and given.entries:
            made_of = given.entries[0][1]
            view.key = self.reader.key(made_of, Scope((Frame(view.name, view),)), early=True)
            view.key_span = made_of.span
        return view.key, view.key_span or node.span

    def _rule(self, kind: ResourceType, node: Table, view: View, target: Target, values: Values) -> Rule | None:
        values.plain.rule = (f"{kind} from {view.name}", node.span)
        values.lists.used_indexes = values.references.used_indexes = self.reader.used_indexes = []
        counted = len(values.lists.tallies)
        driving, distinct = self._distinct(node, view)
        own = Scope((Frame(view.name, driving),))
        enrich, scope = self._enrich(node, own, f"{kind} from {view.name}")
        object_id, id_parts = self.identities.compile(kind, node, own)
        looked_up: list[Index] = []
        whole = Scope((Frame(view.name, view), *scope.frames[1:]))  # conditions see the row, whatever it is distinct by
        keep = self._conditions(node, whole, looked_up)
        shape = self.around.shapes[kind]
        fields = self.reader.table(node.get("fields"), node.span)
        if not fields.entries:
            self.reader.report("M112", f"this rule for {kind} has no `fields:`.", node.span)
            return None
        marking = number = None
        told_of: tuple[Get | None, ...] = ()
        if kind is ResourceType.PERSON:
            covered = len(values.plain.coverage)
            self.reader.guarding = True
            marking = _one_attribute(values, fields, shape, scope, "Person", "securityMarking")
            self.reader.guarding = False
            number = _one_attribute(values, fields, shape, scope, "Person", "civicNo", "value")
            told_of = tuple(_one_attribute(values, fields, shape, scope, "Person", name) for name in _TOLD_OF)
            del values.lists.tallies[counted:]  # who is protected counts nowhere
            del values.plain.coverage[covered:]
        values.whereabouts.clear()
        build = values.compile_object(fields, shape, scope, str(kind))
        if object_id is None or build is None:
            return None
        indexes = [*values.lists.used_indexes, *(item.tally.index for item in enrich), *looked_up]
        merges = self.reader.choice(node.get("same_id"), language.SAME_ID, "reject") == "merge"
        identity = (*id_parts, *target.key.parts)
        return Rule(
            kind,
            view,
            target,
            object_id,
            build,
            node.span,
            keep=keep,
            marking=marking,
            number=number,
            told_of=told_of,
            identity=identity,
            lists_members="groupMemberships" in fields,
            merges=merges,
            distinct=distinct,
            enrich=enrich,
            indexes=indexes,
            tallies=[*(item.tally for item in enrich), *values.lists.tallies[counted:]],
            whereabouts=list(values.whereabouts),
        )

    def _conditions(self, node: Table, scope: Scope, looked_up: list[Index]) -> Get | None:
        """A rule's `keep` and `when`: both must hold."""
        find = partial(self._found_in, looked_up)
        said = [given for word in ("keep", "when") if (given := node.get(word)) is not None]
        found = [test for given in said if (test := compile_conditions(self.reader, given, scope, find)) is not None]
        if len(found) < 2:
            return found[0] if found else None
        return lambda frames: all(test(frames) for test in found)

    def _distinct(self, node: Table, view: View) -> tuple[View, tuple[int, ...]]:
        """For objects that exist only as values: the view cut down to the columns that tell them apart."""
        source = node.get("from")
        if not isinstance(source, Table):
            return view, ()
        by = self.reader.words(source, language.DISTINCT, "`from`").get("by")
        own = Scope((Frame(view.name, view),))
        nodes = (by.items if isinstance(by, Items) else (by,)) if by is not None else ()
        cells = [cell for item in nodes if (cell := self.reader.column(item, own)) is not None]
        if not nodes:
            self.reader.report("M112", "`distinct` needs `by: [columns]`.", source.span)
        if not cells or len(cells) < len(nodes) or not view.source:
            return view, ()
        columns = tuple(cell.column for cell in cells)
        narrowed = replace(view, header=columns, cut=view.header or ())
        return narrowed, tuple(view.slot(column) for column in columns)

    def _enrich(self, node: Table, scope: Scope, rule: str) -> tuple[list[Enrichment], Scope]:
        """The enriching sources in order, each seeing those before it; and what names mean with all of them."""
        found: list[Enrichment] = []
        said = node.get("enrich")
        wrong = said.items if isinstance(said, Items) else (said,)
        self.reader.unusable = {node.value for node in wrong if isinstance(node, Scalar)}
        for name, mine in self.reader.table(said, node.span).entries:
            view = self.sources.known(name)
            names = dict.fromkeys((name.value, view.name))  # two where the first is misspelt, and either may follow
            inner = Scope((*scope.frames, *(Frame(word, view) for word in names)))
            if not view.key.parts:
                self.reader.key(mine, scope)
                if name.value in self.views and not view.key_told:
                    message = f'source "{name.value}" has no key; say under `sources:` which column finds its rows.'
                    self.reader.report("M233", message, name.span)
                scope = inner
                continue
            view.used = True
            key = self.reader.key(mine, scope)
            self.reader.lookups.append((view, view.key, key))
            self.reader.comparable(key, view.key, name.value, mine.span)
            if len(key.parts) != len(view.key.parts) and key.parts:
                its = ", ".join(view.key.columns)
                message = f'"{name.value}" has the key {its}; {len(key.parts)} column(s) stand here.'
                self.reader.report("M232", message, mine.span)
            index = self.sources.index(view, view.key)
            tally = Tally(f"{rule} with {name.value}", index, name.span)
            found.append(Enrichment(name.value, key_getter(key.parts, view.written), tally))
            scope = inner
        return found, scope

    def _found_in(self, used: list[Index], node: Node) -> Index | None:
        """`found_in` of a rule: its index is ready when the rule runs."""
        index = self.sources.found_in(node)
        used += [index] if index is not None else []
        return index


_TOLD_OF = ("givenName", "familyName", "eduPersonPrincipalNames")


def _one_attribute(
    values: Values, fields: Table, shape: Field, scope: Scope, subject: str, name: str, *inner: str
) -> Get | None:
    """One attribute alone, which is asked for before the object is built; None where nothing is mapped to it."""
    part, whole = shape.part(name), ".".join((name, *inner))
    node, path = fields.get(whole), f"{subject}.{whole}"
    if node is None and inner and isinstance(outer := fields.get(name), Table):
        node = outer.get(inner[0])
    for step in inner:
        part = part.part(step) if part else None
    return values.compile(node, part, scope, path) if node is not None and part is not None else None
