"""One real case in invented values: the rows that an object is made of, and what they come to by themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from adapter.cases.disguise import Disguise, words_of
from adapter.cases.examples import Headers, Replayed, anywhere, replay
from adapter.findings import Finding
from adapter.mapping.plan import Rule
from adapter.mapping.row_findings import RowFinding
from adapter.mapping.scope import Row
from adapter.mapping.syntax import parse
from adapter.ss12000.ids import canonical_uuid
from adapter.ss12000.profile import Values
from adapter.ss12000.rules import is_protected
from adapter.store.changes import Spool
from adapter.store.engine import open_store
from adapter.sync.gather import assemble
from adapter.sync.inputs import Inputs
from adapter.sync.report import Report
from adapter.sync.trace import Tables, Trace, key_of, names_of

_PERSONAL = ("givenName", "middleName", "familyName", "eduPersonPrincipalNames", "emails.value", "civicNo.value")


@dataclass(frozen=True)
class Case:
    """A case to keep: invented rows and what they come to.

    kinds: the types of the objects that were asked for; name: the rule that makes the first.
    like_real: whether it comes out as the real rows do. protected: whether it is about anybody protected.
    elsewhere: codes that the nightly run reports of the object because of rows that are not among these.
    """

    name: str
    kinds: frozenset[str]
    rows: Tables
    outcome: Replayed
    like_real: bool
    protected: bool
    elsewhere: list[str]


def capture(inputs: Inputs, headers: Headers, what: str) -> Case | None:
    """The case of the object with this id or key; None where there is none. Raises what a run raises."""
    inputs = replace(inputs, today=inputs.date(), settings=anywhere(inputs.settings))
    asked = {what.casefold(), canonical_uuid(what) or what.casefold()}
    trace = Trace(lambda rule, row, object_id: not asked.isdisjoint((object_id, *names_of(key_of(rule, row)))))
    report = _run(inputs, trace)
    if not trace.found:
        return None
    rows = trace.case()
    real = replay(inputs, headers, rows)
    invented = _disguise(inputs, trace).tables(rows)
    shown = replay(inputs, headers, invented)
    return Case(
        name=trace.found[0][0].name,
        kinds=frozenset(str(rule.kind) for rule, _ in trace.found),
        rows=invented,
        outcome=shown,
        like_real=real.same(shown),
        protected=bool(real.withheld) or any(map(is_protected, real.objects["Person"])),
        elsewhere=_elsewhere(trace, report, real.findings),
    )


def _run(inputs: Inputs, trace: Trace) -> Report:
    """The whole run on an empty state, followed."""

    def built(rule: Rule, row: Row, values: Values) -> None:
        trace.take(rule, row, values["id"])

    def missed(rule: Rule, row: Row, findings: list[Finding]) -> None:
        try:
            trace.take(rule, row, str(rule.id((row,))))
        except RowFinding:
            trace.take(rule, row, "")

    report = Report("capture", inputs.clock())
    store = open_store("sqlite:///:memory:")
    try:
        with Spool() as spool:
            assemble(store, inputs, report, spool, built, missed, trace)
    finally:
        store.close()
    return report


def _disguise(inputs: Inputs, trace: Trace) -> Disguise:
    tree, _ = parse(inputs.mapping, inputs.mapping_name)
    data = inputs.open_data()
    columns = {
        column
        for found in trace.plan.coverage
        if found.subject.removeprefix("Person.") in _PERSONAL
        for column in found.columns
    }

    def harmless(text: str) -> bool:
        return data.test_activity_id(text) is not None or data.programme_code(text) is not None

    personal = columns | {column.rpartition(".")[2] for column in columns}  # of a joined view: OTHER.COLUMN
    return Disguise(words_of(tree), harmless, personal, inputs.date())


def _elsewhere(trace: Trace, report: Report, findings: list[Finding]) -> list[str]:
    places = {(rule.view.name, row[0]) for rule, row in trace.found}
    nightly = Counter(
        finding.code
        for finding in report.findings.in_order()
        if finding.row is not None and (finding.row.source, finding.row.row) in places and finding.severity != "note"
    )
    return sorted((nightly - Counter(finding.code for finding in findings)).keys())
