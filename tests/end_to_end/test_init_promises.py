"""What `init` promises whatever it is pointed at: marked guesses, nothing of a person, bounded, and no traceback."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from support import layouts
from support.databases import mariadb_url
from support.drafts import TODAY, Commands, Drafted
from support.exports import files, tables

pytestmark = pytest.mark.long

MADE = layouts.school(TODAY)
GUESS = re.compile(r"# (DECIDE: )?guess (\d\d) %: \S")
MARKED = ("id", "match", "person", "dutyAt", "enroledAt", "schoolType", "groupType", "organisation", "parentActivity")
"""Attributes that are guesses wherever they stand."""
WITHHELD, PUPILS, STAFF = 3, 3 * layouts.SIZE, 8

# -- what is promised of every draft --------------------------------------------------------------------------

LAYOUTS = (
    *(layouts.generic, layouts.oneroster, layouts.schoolsoft, layouts.procapita),
    *(layouts.people_and_enrollments, layouts.registers),
)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_every_guess_is_marked_in_one_form(layout: Any, init: Callable[..., Drafted], tmp_path: Path) -> None:
    layout(tmp_path / "data", MADE)
    drafted = init(tmp_path / "data")
    lines = drafted.mapping.splitlines()
    assert '# Lines that were guessed say how sure that is, in per cent, and why: find them by "# guess".' in lines
    for number, line in enumerate(lines[4:], 5):
        comment = line.partition("  #")[2] or line.strip().removeprefix("#")
        if "guess" in comment:
            found = GUESS.search(line)
            assert found, line
            assert bool(found[1]) == (int(found[2]) < 75), line
        assert len(line) <= 121 or "DECIDE" in line, f"{number}: {line}"
    rules = lines[lines.index("Organisation:") :]
    for above, line in pairwise(rules):
        word = line.strip().removeprefix("- ").partition(":")[0]
        if word in MARKED and "school_unit: skolenhetskod}" not in line:
            assert "# guess" in line + above or "# DECIDE" in line + above, line


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_nothing_of_a_person_is_written(layout: Any, init: Callable[..., Drafted], tmp_path: Path) -> None:
    canaries = layouts.school(TODAY, "Kanarie")
    layout(tmp_path / "data", canaries)
    drafted = init(tmp_path / "data")
    numbers = {re.sub(r"\D", "", one.person.number)[-10:] for one in [*canaries.pupils, *canaries.staff]}
    said = drafted.mapping + drafted.config + drafted.command.out + drafted.command.err
    assert "kanarie" not in said.casefold()
    assert [number for number in numbers if number in re.sub(r"[- ]", "", said)] == []
    assert "Hemliga" not in said


def test_nothing_of_a_person_is_written_though_columns_have_names_of_codes(
    init: Callable[..., Drafted], tmp_path: Path
) -> None:
    """Free text, names of few and names that come often, in columns that are called as if they held codes."""
    data = tmp_path / "data"
    names = [f"Kanarie{n}" for n in range(60)]
    often = [f"Kanarie{n % 3}" for n in range(60)]
    layouts.write(
        data / "elever.csv",
        "id fornamn efternamn personnr status skydd skola klass skolform arskurs",
        [
            (
                *(f"{n}", name, often[n], MADE.pupils[n % 30].person.number, f"{name} är sjuk", f"Skyddas mot {name}"),
                *(f"{often[n]} Kanariesson", often[n], often[n], often[n]),
            )
            for n, name in enumerate(names)
        ],
    )
    layouts.write(
        data / "personal.csv",
        "anst_id fornamn efternamn befattning roll skydd status",
        [
            (f"{n}", f"Kanarie{n}", "Kanariesson", f"Vikarie för Kanarie{n}", "Kanarie1", "Kanarie1", f"Kanarie{n}")
            for n in range(3)
        ],
    )
    layouts.write(
        data / "grupper.csv",
        "grupp namn typ status skolform enhet",
        [(f"KAN_{n}", names[n], often[n], often[n], often[n], f"{often[n]} Kanariesson") for n in range(60)],
    )
    layouts.write(
        data / "gruppmedlem.csv",
        "grupp elev roll skola",
        [(f"KAN_{n}", f"{n}", often[n], "Kanariefjäder" if n % 2 else "Kanariefot") for n in range(60)],
    )
    layouts.write(data / "utan.csv", "20140109-2398 Kanarie Kanariesson", [("20140102-2395", "Dag", "Ek")])
    layouts.write(data / "utan2.csv", "Kanarie Kanariesson 6A", [("Dag", "Ek", "6A")])
    drafted = init(data)
    told = drafted.command.err
    said = drafted.mapping + drafted.config + drafted.command.out + told
    assert "kanarie" not in said.casefold()
    drafted.check()
    assert "which of status go on? It has 3 different texts, not shown here" in drafted.mapping
    for name in ("utan.csv", "utan2.csv"):
        assert f"{name}: S105 the first line looks like a row" in told


def test_a_list_of_the_protected_that_leads_to_too_few_leaves_all_of_them_withheld(
    init: Callable[..., Drafted], tmp_path: Path
) -> None:
    """Three of five are found: the other two would be published with all who are in no list."""
    header = "id fornamn efternamn personnr upn skolenhetskod skolform arskurs"
    pupils = [p for p in MADE.pupils if p.unit == "31279295"]
    rows = [(p.id, *layouts.names(p), p.person.number, p.user, p.unit, "GR", "6") for p in pupils]
    layouts.write(tmp_path / "data" / "elever.csv", header, rows)
    listed = [p.person.long_number for p in [*pupils[:3], *MADE.staff[:2]]]
    layouts.write(tmp_path / "data" / "skyddade.csv", "personnummer skydd", [(number, "J") for number in listed])
    drafted = init(tmp_path / "data")
    assert any("no column tells who is protected" in question for question in drafted.asked)
    assert drafted.dry_run()["Person"]["withheld"] == len(pupils)


def test_a_list_of_the_protected_holds_pupils_and_staff(init: Callable[..., Drafted], tmp_path: Path) -> None:
    layouts.schoolsoft(tmp_path / "data", MADE)
    pupils = [p for p in MADE.pupils if p.unit == "31279295"]
    listed = [p.person.long_number for p in [*pupils[:3], *MADE.staff[:2]]]
    layouts.write(tmp_path / "data" / "skyddade.txt", "personnummer skydd", [(number, "J") for number in listed], "\t")
    drafted = init(tmp_path / "data")
    drafted.check()
    assert drafted.mapping.count("# guess 99 %: 100 % of those in skyddade are pupils or staff") == 2
    assert drafted.dry_run()["Person"]["withheld"] == len(listed) - 1  # one of them is not active


def test_a_column_of_marks_that_is_empty_protects_everybody(init: Callable[..., Drafted], tmp_path: Path) -> None:
    header = "id fornamn efternamn personnr upn skydd skolenhetskod skolform arskurs"
    rows = [(p.id, *layouts.names(p), p.person.number, p.user, "", p.unit, "GR", "6") for p in MADE.pupils]
    layouts.write(tmp_path / "elever.csv", header, rows)
    drafted = init(tmp_path / "elever.csv")
    drafted.check()
    assert any("empty in every row, so all are withheld" in question for question in drafted.asked)
    assert drafted.dry_run()["Person"]["withheld"] == PUPILS


def test_a_mark_that_nobody_knows_protects(init: Callable[..., Drafted], tmp_path: Path) -> None:
    marks = ["", "J", "N", "3", "kanske", "Q"]
    layouts.write(
        tmp_path / "elever.csv",
        "id fornamn efternamn personnr upn skydd skolenhetskod skolform arskurs",
        [
            (p.id, *layouts.names(p), p.person.number, p.user, mark, p.unit, "GR", "6")
            for p, mark in zip(MADE.pupils, marks, strict=False)
        ],
    )
    drafted = init(tmp_path / "elever.csv")
    drafted.check()
    types = drafted.dry_run()
    assert (types["Person"]["created"], types["Person"]["withheld"]) == (1, 5)
    drafted.decide((r"\n    N: Ingen.*", ""))
    assert drafted.dry_run()["Person"]["withheld"] == 6


# -- long and wide sources ------------------------------------------------------------------------------------


def test_a_long_table_is_counted_and_its_keys_are_known_beyond_the_rows_that_are_looked_at(
    init: Callable[..., Drafted], tmp_path: Path
) -> None:
    """The members stand in another order: the first of them are not among the first pupils."""
    many = 45_000
    order = list(range(many))
    random.Random(2).shuffle(order)
    with closing(sqlite3.connect(tmp_path / "sis.db")) as database, database:
        database.execute("CREATE TABLE elev (elev_id, fornamn, efternamn)")
        database.executemany("INSERT INTO elev VALUES (?, ?, ?)", ((f"e{n}", f"F{n}", f"E{n}") for n in range(many)))
        database.execute("CREATE TABLE grupp (grupp_id, namn)")
        database.executemany("INSERT INTO grupp VALUES (?, ?)", ((f"g{n}", f"Grupp {n}") for n in range(1500)))
        database.execute("CREATE TABLE medlem (grupp_id, elev_id)")
        database.executemany("INSERT INTO medlem VALUES (?, ?)", ((f"g{n % 1500}", f"e{n}") for n in order))
    drafted = init(tmp_path / "sis.db")
    assert re.search(rf"medlem +{many} +members", drafted.command.out)
    assert "fields: {person: {ref: Person, of: elev, via: elev_id}}  # guess 99 %: 100 % are elev_id" in drafted.mapping


def test_a_table_of_300_columns(init: Callable[..., Drafted], tmp_path: Path) -> None:
    wide = " ".join(f"k{n}" for n in range(296))
    layouts.write(
        tmp_path / "elever.csv",
        f"id fornamn efternamn personnr {wide}",
        [(p.id, *layouts.names(p), p.person.number, *["x"] * 296) for p in MADE.pupils],
    )
    drafted = init(tmp_path / "elever.csv")
    drafted.check()
    assert "k17" not in drafted.mapping


# -- sources that are not as they should be -------------------------------------------------------------------


def test_one_bad_file_or_table_does_not_stop_the_rest(init: Callable[..., Drafted], tmp_path: Path) -> None:
    folder = tmp_path / "min mapp åäö"
    layouts.generic(folder, MADE)
    (folder / "tom.csv").write_bytes(b"")
    (folder / "bild.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "ojamn.csv").write_text("a;b\n1;2\n1\n", encoding="utf-8")
    (folder / "huvud.csv").write_text("id;namn;klass\n", encoding="utf-8")
    (folder / "elever.txt").write_text("a\tb\n1\t2\n", encoding="utf-8")
    (folder / "klass[1].csv").write_text("a;b\n1;2\n", encoding="utf-8")
    (folder / "mapp.csv").mkdir()
    with closing(sqlite3.connect(tmp_path / "sis.db")) as database, database:
        database.execute("CREATE VIEW trasig AS SELECT * FROM finns_inte")
        database.execute("CREATE TABLE hel (a)")
    drafted = init(folder, tmp_path / "sis.db")
    for name, code in (("tom.csv", "S103"), ("bild.txt:1", "S104"), ("ojamn.csv:3", "S107"), ("trasig", "S122")):
        assert re.search(rf"left out: .*{re.escape(name)}: {code} ", drafted.command.err), name
    assert re.search(r"elever_2 +1 +not read", drafted.command.out)
    assert re.search(r"klass1 +1 +not read", drafted.command.out)
    drafted.check()
    assert drafted.created()["Person"] == PUPILS - WITHHELD + STAFF


def test_what_cannot_be_looked_at_is_told_and_nothing_is_written(tmp_path: Path, command: Commands) -> None:
    (tmp_path / "tom mapp").mkdir()
    (tmp_path / "broken.db").write_bytes(b"SQLite format 3\0" + bytes(5000))
    (tmp_path / "tom.csv").write_bytes(b"")
    (tmp_path / "nothing.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    (tmp_path / "bok.xlsx").write_bytes(b"PK")
    sqlite3.connect(tmp_path / "empty.db").close()
    with mariadb_url() as server:
        secret = sa.make_url(server).set(username="u", password="hemligt").render_as_string(hide_password=False)
        for place, code, words in (
            (tmp_path / "nowhere", 5, "there is no such file or folder"),
            (tmp_path / "tom mapp", 2, "no file that can be read (.csv .txt .tsv"),
            (tmp_path / "broken.db", 5, "broken.db: "),
            (tmp_path / "tom.csv", 5, "tom.csv: S103"),
            (tmp_path / "nothing.csv", 2, "none of nothing looks like pupils"),
            (tmp_path / "bok.xlsx", 5, "bok.xlsx: S145 this is no sheet that can be read"),
            (f"sqlite:///{tmp_path}/typo.db", 5, "typo.db: there is no such file"),
            ("sqlite://", 2, "no table is there"),
            ("nosuchdb://x", 5, "nosuchdb://x: "),
            ("postgresql+psycopg://u:hemligt@127.0.0.1:1/x", 5, "Check url, network and password."),
            ("postgresql+psycopg://u:hemligt@127.0.0.1:port/x", 5, "the url cannot be used"),
            (secret, 5, "Access denied"),
        ):
            assert command("init", tmp_path / "new", "--from", place) == code, (place, command.err)
            assert words in command.err, (place, command.err)
            assert "hemligt" not in command.err
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "typo.db").exists()


def test_what_exists_is_not_overwritten(tmp_path: Path, command: Commands) -> None:
    data = tmp_path / "data"
    layouts.generic(data, layouts.school(TODAY))
    for name in ("mapping.yaml", "config.toml"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text("ours", encoding="utf-8")
        assert command("init", tmp_path / name, "--from", data) == 2
        assert "exists already" in command.err
        assert [path.name for path in (tmp_path / name).iterdir()] == [name]
    (tmp_path / "file").write_text("ours", encoding="utf-8")
    assert command("init", tmp_path / "file", "--from", data) == 2
    assert "cannot be written" in command.err


def test_xml_that_holds_no_rows_is_left_out_with_the_reason(tmp_path: Path, command: Commands) -> None:
    (tmp_path / "export").mkdir()
    file = tmp_path / "export" / "export.xml"
    for text, words in (
        ("<enterprise/>", "export.xml: no element comes again and again"),
        ("<a><b>1</b><b>2</b>", "export.xml:1: S140 this is not whole XML"),
        ('<!DOCTYPE a [<!ENTITY e "x">]><a><b>&e;</b></a>', "S141 the file needs an entity of its own"),
    ):
        file.write_text(text, encoding="utf-8")
        for place in (tmp_path / "export", file):
            assert command("init", tmp_path / "new", "--from", place) == 5
            assert words in command.err
            assert "nothing that can be read is there; see above" in command.err
    layouts.generic(tmp_path / "export", MADE)
    assert command("init", tmp_path / "new", "--from", tmp_path / "export") == 0
    assert "left out: " in command.err


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("postgresql+psycopg://u:hemligt@h/d", "postgresql+psycopg://u:${SIS_PASSWORD}@h/d"),
        ("postgresql+psycopg://u:hem@ligt@h/d", "postgresql+psycopg://u:${SIS_PASSWORD}@h/d"),
        ("mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BPWD%3Dhemligt", "${SIS_URL}"),
        ("postgresql+psycopg://h/d?user=u&password=hemligt", "${SIS_URL}"),
        ("sqlite:////x/y.db", "sqlite:////x/y.db"),
    ],
)
def test_a_password_does_not_get_into_the_configuration(url: str, written: str) -> None:
    from adapter.cli.init import _option

    line = _option("url", url, {})
    assert line.startswith(f'url = "{written}"')
    assert "hemligt" not in line
    assert "ligt" not in line


def test_two_databases_have_two_passwords() -> None:
    from adapter.cli.init import _option

    known: dict[str, str] = {}
    lines = [_option("url", f"mysql+pymysql://u:{secret}@h/d", known) for secret in ("ett", "två", "ett")]
    assert [re.findall(r"\{(\w+)\}", line) for line in lines] == [
        ["SIS_PASSWORD"],
        ["SIS_PASSWORD_2"],
        ["SIS_PASSWORD"],
    ]


def test_no_teachers_name_becomes_a_schools_name_however_few_the_rows(
    init: Callable[..., Drafted], tmp_path: Path
) -> None:
    """Two teachers at two schools stand in pairs with the schools' codes, as names of schools do."""
    (tmp_path / "data").mkdir()
    for source, content in files(tables()).items():
        (tmp_path / "data" / f"{source}.csv").write_bytes(content)
    units = init(tmp_path / "data").mapping.partition("\nOrganisation:")[2].partition("\nPerson:")[0]
    assert "displayName" in units
    for column in ("tilltalsnamn", "efternamn", "konto", "epost"):
        assert column not in units
