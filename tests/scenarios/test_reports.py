"""What a school is told in the morning: its own, where it stands, since when, and what is mended."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from support.small_school import NOW, UNIT, Tables, inputs, night, settings, tables

from adapter.errors import ConfigError
from adapter.findings import Finding, RowRef, Severity, Span
from adapter.reports import after_run, content, files
from adapter.reports.content import Report, Status, Unit
from adapter.reports.page import as_html
from adapter.reports.tables import as_csv, as_excel
from adapter.reports.words import ENGLISH, SWEDISH
from adapter.ss12000.ids import skolverket_id
from adapter.store import history, schema
from adapter.store.engine import Store
from adapter.sync.inputs import Options
from adapter.sync.rollback import rollback

DAY = 86_400_000
OTHER = "22222222"


def two_schools() -> Tables:
    """Six pupils at each of two schools."""
    found = tables()
    found["skolor"].append({"kod": OTHER, "namn": "Andra skolan"})
    for pupil in found["elever"][6:]:
        pupil |= {"kod": OTHER, "klass": "5A"}
    return found


def read(store: Store) -> Report:
    report = content.read(store, "Exempelkommun")
    assert report is not None
    return report


def told(report: Report) -> list[tuple[str, str, str]]:
    """(status, school unit's code, code) of each row."""
    return [(row.status, row.unit.code if row.unit else "", row.finding.code) for row in report.rows]


def spoil(found: Tables, pupil: int, **cells: str) -> Tables:
    found["elever"][pupil] |= cells
    return found


def test_a_finding_is_new_then_still_there_then_fixed_then_gone(store: Store) -> None:
    bad = spoil(tables(), 3, fornamn="")
    night(store, bad, now=NOW)
    assert told(read(store)) == [("new", UNIT, "M300")]
    night(store, bad, now=NOW + DAY)
    night(store, bad, now=NOW + 2 * DAY)
    report = read(store)
    assert told(report) == [("still", UNIT, "M300")]
    assert report.rows[0].since == NOW
    night(store, tables(), now=NOW + 3 * DAY)
    assert told(read(store)) == [("fixed", UNIT, "M300")]
    night(store, tables(), now=NOW + 4 * DAY)
    assert told(read(store)) == []


@pytest.mark.parametrize("cells", [{"arskurs": "sjua"}, {"arskurs": "11"}, {"fornamn": ""}], ids=str)
def test_a_school_is_told_of_its_own_pupils_also_where_they_were_never_published(
    store: Store, cells: dict[str, str]
) -> None:
    night(store, spoil(two_schools(), 7, **cells))
    report = read(store)
    assert [row.unit.code for row in report.rows if row.unit] == [OTHER]
    assert [unit.name for unit in report.units()] == ["Andra skolan"]
    assert report.of(Unit(skolverket_id(UNIT), UNIT, "Testskolan")).rows == ()


def test_a_school_is_told_of_its_staff_by_their_duties(store: Store) -> None:
    night(store, tables())
    found = tables()
    found["personal"][0]["fornamn"] = ""
    night(store, found, now=NOW + DAY)
    assert told(read(store)) == [("new", UNIT, "M300")]


def test_the_same_is_told_on_a_night_by_differences_and_on_one_that_repeats(store: Store) -> None:
    bad = spoil(two_schools(), 7, arskurs="sjua")
    for n in range(3):
        night(store, spoil(bad, 0, fornamn=f"Elev{n}"), now=NOW + n * DAY)
        assert [(row.unit.code if row.unit else "", row.since) for row in read(store).rows] == [(OTHER, NOW)]


def test_a_failed_run_mends_nothing_and_says_why_it_failed(store: Store) -> None:
    night(store, spoil(tables(), 3, fornamn=""), now=NOW)
    short = tables()
    short["elever"] = short["elever"][:1]
    night(store, short, now=NOW + DAY)
    report = read(store)
    assert report.outcome == "failed"
    assert told(report) == [("new", "", "S130"), ("still", UNIT, "M300")]
    assert [row.since for row in report.rows] == [NOW + DAY, NOW]
    page = as_html(report, SWEDISH).decode()
    assert "Körningen misslyckades" in page
    assert "en källa är för kort" in page


def test_a_held_run_tells_what_it_has_found(store: Store) -> None:
    night(store, tables(), now=NOW)
    found = spoil(tables(), 0, fornamn="")
    found["elever"] = found["elever"][:4]
    night(store, found, now=NOW + DAY)
    report = read(store)
    assert report.outcome == "held"
    assert ("new", UNIT, "M300") in told(report)
    assert "stoppades av spärren" in as_html(report, SWEDISH).decode()


def test_a_rollback_mends_nothing_and_makes_nothing_new(store: Store) -> None:
    for n, name in enumerate(("Ett", "Två")):
        night(store, spoil(spoil(tables(), 3, fornamn=""), 0, fornamn=name), now=NOW + n * DAY)
    rolled = rollback(store, inputs(tables(), now=NOW + 2 * DAY), 1, "r", Options())
    assert rolled.outcome == "published"
    assert told(read(store)) == [("still", UNIT, "M300")]
    night(store, spoil(tables(), 3, fornamn=""), now=NOW + 3 * DAY)
    assert [(row.status, row.since) for row in read(store).rows] == [("still", NOW)]


def test_a_dry_run_is_no_run_of_the_report(store: Store) -> None:
    night(store, tables(), now=NOW)
    night(store, spoil(tables(), 0, fornamn=""), Options(dry_run=True), now=NOW + DAY)
    assert read(store).rows == ()


@pytest.mark.parametrize("mode", ["withhold", "pass", "pseudonymise"])
def test_of_a_protected_person_neither_school_nor_id_is_told(store: Store, mode: str) -> None:
    found = spoil(two_schools(), 11, arskurs="sjua", klass="")
    night(store, found, profile={"protected_identities": mode})
    report = read(store)
    person, at = found["elever"][11], RowRef("elever", 13)
    assert [row.unit for row in report.rows if row.finding.row == at] == [None] * len(report.rows)
    assert [row for row in report.rows if row.finding.about and row.finding.subject.startswith("Person.")] == []
    page = as_html(report, SWEDISH).decode() + as_csv(report, SWEDISH).decode()
    assert str(person["efternamn"]) not in page
    assert str(person["pnr"]) not in page


def test_who_has_lost_the_mark_is_not_placed_either(store: Store) -> None:
    night(store, tables())
    found = spoil(tables(), 11, skydd="", arskurs="sjua")
    night(store, found, now=NOW + DAY)
    assert [row.unit for row in read(store).rows if row.finding.row] == [None]


def test_a_warning_of_a_new_object_is_not_called_fixed_when_it_is_not_told_again(store: Store) -> None:
    found = tables()
    found["ad"][0]["eppn"] = "askelev@edu.exempel.se"
    night(store, found, now=NOW)
    assert told(read(store)) == [("new", UNIT, "R130")]
    night(store, spoil(found, 5, fornamn="Annan"), now=NOW + DAY)
    assert told(read(store)) == []


def test_what_has_no_room_is_counted_and_nothing_is_called_fixed_for_it(store: Store) -> None:
    night(store, spoil(tables(), 3, fornamn=""), now=NOW)
    history.start_run(store, "many", NOW + DAY)
    history.end_run(store, "many", NOW + DAY, "unchanged", {"issues": 9}, [row("x").finding])
    report = read(store)
    assert report.beyond == 8
    assert [found.status for found in report.rows] == ["new"]
    assert "8 till ryms inte här" in as_html(report, SWEDISH).decode()


# -- what files hold ------------------------------------------------------------------------------------------


def row(text: str, unit: Unit | None = None, number: int = 4, status: Status = Status.NEW) -> content.Row:
    finding = Finding(
        "M320", f"'{text}' is not in the code list kön", Severity.ERROR, None, RowRef(text, number), "Person.emails"
    )
    return content.Row(status, finding, NOW, unit)


def a_report(*rows: content.Row) -> Report:
    return Report("Exempel & Co <b>", NOW, "published", "", 0, rows)


HOSTILE = ["=1+1", "+46", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "|calc"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_a_csv_is_a_formula(text: str) -> None:
    lines = list(csv.reader(io.StringIO(as_csv(a_report(row(text)), SWEDISH).decode("utf-8-sig")), delimiter=";"))
    assert lines[1][8] == f"'{text}"
    assert all(cell[:1] not in ("=", "+", "-", "@", "\t", "\r") for cell in lines[1])


@pytest.mark.parametrize("text", [*HOSTILE, "http://exempel.se", "mailto:x@exempel.se"])
def test_no_cell_of_an_excel_file_is_a_formula_or_a_link(text: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_excel(a_report(row(text)), SWEDISH)))
    cells = [cell for line in book["Alla"].iter_rows() for cell in line]
    assert "f" not in {cell.data_type for cell in cells}
    assert [cell.hyperlink for cell in cells if cell.hyperlink] == []


def test_a_page_escapes_what_it_is_told() -> None:
    unit = Unit("1", "31279295", "<script>alert(1)</script>")
    page = as_html(a_report(row('<img src=x onerror="a">', unit)), SWEDISH).decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "Exempel &amp; Co &lt;b&gt;" in page


def test_an_excel_file_has_filters_real_dates_and_a_sheet_for_each_school_unit() -> None:
    one, two = Unit("1", "31279295", "Ek/skolan: [norra] 'A'"), Unit("2", "11111111", "ek skolan   norra  'A")
    book = openpyxl.load_workbook(io.BytesIO(as_excel(a_report(row("x", one), row("y", two, 5)), SWEDISH)))
    assert len(book.sheetnames) == 3
    sheet = book["Alla"]
    assert sheet.auto_filter.ref == "A1:M3"
    assert sheet.freeze_panes == "A2"
    assert sheet["J2"].value == 4
    assert sheet["L2"].is_date
    assert [line[8].value for line in book[book.sheetnames[1]].iter_rows(min_row=2)] in (["x"], ["y"])


def test_names_of_schools_that_excel_cannot_tell_apart_give_sheets_all_the_same() -> None:
    units = [Unit(str(n), f"1111111{n}", "En mycket lång skolas namn som är likadant " + str(n)) for n in range(3)]
    book = openpyxl.load_workbook(io.BytesIO(as_excel(a_report(*(row("x", unit) for unit in units)), SWEDISH)))
    assert len(book.sheetnames) == 4


def test_a_csv_opens_in_a_swedish_excel() -> None:
    body = as_csv(a_report(row("ö")), SWEDISH)
    assert body.startswith("\ufeffStatus;Följd;".encode())


@pytest.mark.parametrize("words", [SWEDISH, ENGLISH], ids=["sv", "en"])
def test_each_language_says_everything(words: Any) -> None:
    page = as_html(a_report(row("x"), row("y", None, 5, Status.FIXED)), words).decode()
    assert words.status["new"] in page
    assert words.status["fixed"] in page
    assert f'lang="{words.code}"' in page


def test_what_a_plug_in_says_by_a_code_of_its_own_is_told_as_it_says_it() -> None:
    finding = Finding("X999", "the tape is torn. Mend it.", span=Span("tape"))
    report = a_report(content.Row(Status.NEW, finding, NOW, None))
    for words in (SWEDISH, ENGLISH):
        assert "he tape is torn. Mend it." in as_html(report, words).decode()


# -- after a run ------------------------------------------------------------------------------------------------


def options(folder: Path, **more: Any) -> Any:
    return settings(reports={"folder": str(folder), **more})


def test_after_a_run_there_is_one_report_of_all_and_each_schools_own(store: Store, tmp_path: Path) -> None:
    bad = spoil(spoil(two_schools(), 7, arskurs="sjua"), 0, arskurs="ettan")
    night(store, bad)
    assert after_run.tell(store, options(tmp_path / "r")) == []
    found = {str(path.relative_to(tmp_path / "r")) for path in (tmp_path / "r").rglob("*.*")}
    assert found == {
        f"{name}.{form}"
        for name in ("rapport", f"skolenheter/{UNIT}", f"skolenheter/{OTHER}")
        for form in ("html", "csv", "xlsx")
    }
    own = (tmp_path / "r" / "skolenheter" / f"{OTHER}.csv").read_text(encoding="utf-8-sig")
    assert "sjua" in own
    assert "ettan" not in own
    assert (tmp_path / "r" / "rapport.csv").stat().st_mode & 0o077 == 0


def test_a_school_that_has_mended_everything_loses_its_old_report(store: Store, tmp_path: Path) -> None:
    chosen, path = options(tmp_path, formats=["csv"]), tmp_path / "skolenheter" / f"{OTHER}.csv"
    for n, found in enumerate((spoil(two_schools(), 7, arskurs="sjua"), two_schools())):
        night(store, found, now=NOW + n * DAY)
        after_run.tell(store, chosen)
        assert path.exists()
    assert "åtgärdad" in path.read_text(encoding="utf-8-sig")
    night(store, two_schools(), now=NOW + 2 * DAY)
    after_run.tell(store, chosen)
    assert not path.exists()
    assert (tmp_path / "rapport.csv").read_text(encoding="utf-8-sig").count("\n") == 1


def test_reports_that_say_the_same_are_not_written_again(store: Store, tmp_path: Path) -> None:
    chosen, bad = options(tmp_path, formats=["csv"]), spoil(tables(), 3, fornamn="")
    for n in range(2):  # new, and still there
        night(store, bad, now=NOW + n * DAY)
        after_run.tell(store, chosen)
    before = (tmp_path / "rapport.csv").stat().st_mtime_ns
    night(store, bad, now=NOW + 2 * DAY)
    after_run.tell(store, chosen)
    assert (tmp_path / "rapport.csv").stat().st_mtime_ns == before
    (tmp_path / "rapport.csv").unlink()
    after_run.tell(store, chosen)
    assert (tmp_path / "rapport.csv").exists()


def test_nothing_to_mend_writes_nothing(store: Store, tmp_path: Path) -> None:
    night(store, tables())
    assert after_run.tell(store, options(tmp_path / "r")) == []
    assert not (tmp_path / "r").exists()


def test_a_folder_that_cannot_be_written_is_told_and_fails_no_run(store: Store, tmp_path: Path) -> None:
    (tmp_path / "r").write_text("a file")
    night(store, spoil(tables(), 3, fornamn=""))
    (message,) = after_run.tell(store, options(tmp_path / "r"))
    assert "the reports cannot be written" in message


def test_another_ending_is_told() -> None:
    with pytest.raises(ConfigError, match=r"\.csv, \.xlsx, \.html"):
        files.write(Path("x.pdf"), a_report(), SWEDISH)


def test_what_stands_in_the_state_of_an_earlier_version_is_read(store: Store) -> None:
    """Findings that were kept before they had `about`, `units` and `since`."""
    night(store, spoil(tables(), 3, fornamn=""))
    with store.writing() as connection:
        facts = json.loads(connection.execute(sa.select(schema.finding.c.facts)).scalar_one())
        for name in ("about", "units", "since"):
            facts.pop(name)
        connection.execute(sa.update(schema.finding).values(facts=json.dumps(facts)))
    assert told(read(store)) == [("new", "", "M300")]
