"""Reports through the command line: written by the nightly run, shown and written by `report`."""

from __future__ import annotations

import json
import time
from pathlib import Path

import openpyxl
import pytest
from support.exports import CONFIG, NORTH, SOUTH, Files, Installation, files, number, pupil, tables
from support.shell import command

from adapter.store import feedback
from adapter.store.engine import open_store


def an_export(**cells: str) -> Files:
    """Forty pupils at one school and two at another; the cells are those of the first of these."""
    found = tables()
    found["elev"] += [pupil(n, enhet=SOUTH, klass="5B", **(cells if n == 40 else {})) for n in (40, 41)]
    return files(found)


def test_a_night_writes_reports_and_each_school_gets_its_own(tmp_path: Path) -> None:
    place = Installation(tmp_path)
    place.night(an_export(ak="sjua"))
    report, own = tmp_path / "reports" / "rapport.csv", tmp_path / "reports" / "skolenheter"
    assert "'sjua' är inget heltal" in report.read_text(encoding="utf-8-sig")
    assert {path.name for path in own.iterdir()} == {f"{SOUTH}.{form}" for form in ("html", "csv", "xlsx")}


def test_reports_can_be_turned_off(tmp_path: Path) -> None:
    place = Installation(tmp_path, config=CONFIG + '[reports]\nfolder = ""\n')
    place.night(an_export(ak="sjua"))
    assert list(tmp_path.rglob("rapport.*")) == []


def test_reports_that_cannot_be_written_fail_no_run_and_are_told(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("in the way")
    place = Installation(tmp_path)
    told = place.night(an_export(ak="sjua"), "--json")
    assert told.code == 0
    assert "the reports cannot be written" in told.json["problems"][0]
    assert "the reports cannot be written" in place.night(an_export(ak="åtta")).out
    (tmp_path / "reports").unlink()
    assert "problems" not in place.night(an_export(ak="sju")).out


def test_a_dry_run_writes_none(tmp_path: Path) -> None:
    Installation(tmp_path).night(an_export(ak="sjua"), "--dry-run")
    assert not (tmp_path / "reports").exists()


def test_the_command_shows_what_is_to_be_mended_by_school(tmp_path: Path) -> None:
    place = Installation(tmp_path)
    place.night(an_export(ak="sjua", tilltalsnamn=""))
    shown = command("report", at=tmp_path)
    assert shown.code == 0
    assert "1 nya, 0 kvar, 0 åtgärdade" in shown.out
    assert f"Björkskolan ({SOUTH})" in shown.out
    assert "tilltalsnamn: " in shown.out
    assert "Person.givenName: Is empty; a value is required" in command("report", "--language", "en", at=tmp_path).out
    place.night(an_export())
    assert "0 nya, 0 kvar, 1 åtgärdade" in command("report", at=tmp_path).out


def test_the_command_writes_a_file_of_one_school(tmp_path: Path) -> None:
    Installation(tmp_path).night(an_export(ak="sjua"))
    written = command("report", "ek.xlsx", "--unit", SOUTH, at=tmp_path)
    assert written.code == 0
    rows = list(openpyxl.load_workbook(tmp_path / "ek.xlsx")["Alla"].iter_rows(min_row=2, values_only=True))
    assert [(row[2], row[5], row[9]) for row in rows] == [("Björkskolan", "årskurs", 42)]
    refused = command("report", "ek.xlsx", "--unit", NORTH, at=tmp_path)
    assert refused.code == 2
    assert f"no school unit with the code {NORTH} has anything to mend" in refused.err


@pytest.mark.parametrize(("file", "why"), [("x.pdf", ".html"), ("no/folder.csv", "cannot be written")])
def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, file: str, why: str) -> None:
    Installation(tmp_path).night(an_export())
    refused = command("report", file, at=tmp_path)
    assert refused.code == 2
    assert why in refused.err


def test_as_json_it_has_every_row(tmp_path: Path) -> None:
    place = Installation(tmp_path)
    place.night(an_export(ak="sjua"))
    found = json.loads(command("report", "--json", at=tmp_path).out)
    assert found["counts"] == {"new": 1, "still": 0, "fixed": 0}
    (row,) = found["rows"]
    assert row["school_unit"]["code"] == SOUTH
    assert row["about"] == place.id_of("E0040")


def test_before_the_first_run_there_is_nothing_to_report(tmp_path: Path) -> None:
    place = Installation(tmp_path)
    place.night(an_export(), "--dry-run")
    refused = command("report", at=tmp_path)
    assert refused.code == 2
    assert "no run has ended yet" in refused.err


def test_organisers_own_rules_hold(tmp_path: Path) -> None:
    own = 'user_name_domains = ["EKKOPING.example"]\ntest_numbers = "test.csv"\n[mapping]'
    rules = CONFIG.replace("[mapping]", own)
    (tmp_path / "test.csv").write_text(f"Testpersonnummer;\n{number(4)[:8]}-{number(4)[8:]}\n")
    place = Installation(tmp_path, config=rules)
    export = tables()
    export["elev"][3]["konto"] = "k0003@annan.example"
    export["elev"][5]["efternamn"] = f"Ek {number(5)[2:8]}-{number(5)[8:]}"
    told = place.night(files(export)).out
    assert told.count("is of a domain that organiser.user_name_domains lacks") == 1
    assert told.count("is one of Skatteverket's test numbers") == 1
    assert told.count("Person.familyName: holds a personnummer") == 1
    assert {f"Östen{n}" for n in (3, 4, 5)} & place.names() == set()
    place.config = rules.replace("user_name_domains", 'environment = "verification"\nuser_name_domains')
    place.night(files(export))
    assert {f"Östen{n}" for n in (3, 4, 5)} & place.names() == {"Östen4"}


@pytest.mark.parametrize(("text", "why"), [(None, "cannot be read"), ("no numbers", "holds no personnummer")])
def test_a_list_of_test_numbers_that_is_none_is_told(tmp_path: Path, text: str | None, why: str) -> None:
    if text is not None:
        (tmp_path / "test.csv").write_text(text)
    place = Installation(tmp_path, config=CONFIG.replace("[mapping]", 'test_numbers = "test.csv"\n[mapping]'))
    refused = place.night(files(tables()))
    assert refused.code == 2
    assert why in refused.out


def test_a_list_that_has_grown_takes_back_who_is_published(tmp_path: Path) -> None:
    place = Installation(tmp_path, config=CONFIG.replace("[mapping]", 'test_numbers = "test.csv"\n[mapping]'))
    (tmp_path / "test.csv").write_text(number(99))
    place.night(files(tables()))
    (tmp_path / "test.csv").write_text(number(3))
    told = place.night(files(tables()))
    assert "is one of Skatteverket's test numbers" in told.out


def test_explain_shows_what_skolverkets_client_says_of_an_object(tmp_path: Path) -> None:
    place = Installation(tmp_path)
    place.night(an_export())
    entry = {"message": "Felaktigt värde (2011)", "severityLevel": "Error", "resourceId": place.id_of("E0003")}
    store = open_store(f"sqlite:///{tmp_path}/state.db")
    feedback.store_log(store, entry, "Error", int(time.time() * 1000))
    store.close()
    told = command("explain", "E0003", at=tmp_path).out
    assert "Skolverket's client, " in told
    assert "Error: Felaktigt värde (2011)" in told
    assert "elev:5" in told
    assert "mapping.yaml" in told
    assert (
        "Skolverkets tjänst har anmärkt på objektet: ett värde av fel form (2011)" in command("report", at=tmp_path).out
    )
