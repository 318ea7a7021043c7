"""`fleet` from the command line: an organiser comes, runs, takes its things along, and goes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from support.fleets import organisers_of, people_of
from support.shell import command

from adapter.fleet import organisers
from adapter.fleet.organisers import load
from adapter.settings.fleet import Fleet


@pytest.mark.long
def test_an_organiser_is_added_step_by_step(tmp_path: Path) -> None:
    exports_ = tmp_path / "export"
    with organisers_of(tmp_path) as place:
        place.export_to(exports_, people_of("berg"))
        first = place.command("add", "berg", "--from", str(exports_))
        config = (tmp_path / "organisers/berg/config.toml").read_text()
        assert "ok  the database has room for berg" in first.out
        assert f'base_url = "{place.base("berg")}"\n' in config
        assert 'schema = "berg"' in config
        assert first.code == 2
        assert "lines to decide" in first.out
        assert "go on:  ss12000-adapter --config fleet.toml fleet add berg" in first.out
        again = place.command("add", "berg")
        assert again.out.splitlines()[0].startswith("ok  ")
        assert place.command("add", "berg", "--from", str(exports_)).code == 2, "nothing that exists is overwritten"
        assert (tmp_path / "organisers/berg/config.toml").read_text() == config
        assert place.standing()["berg"]["standing"] == "never"


@pytest.mark.long
def test_when_all_steps_are_done_it_says_what_comes_next(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg") as place:
        done = place.command("add", "berg")
        assert done.code == 0, done.out
        assert [line for line in done.out.splitlines() if line.startswith("ok")][-2:] == ["ok  check", "ok  rehearse"]
        assert "fleet run berg" in done.out


@pytest.mark.long
def test_runs_that_are_asked_for_are_done_by_a_worker(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", "dal") as place:
        assert place.command("run", "berg", "dal").out == "2 runs asked for\n"
        assert place.command("run", "--all").out == "0 runs asked for; 2 waited already\n"
        worker = place.begin("worker", "--until-empty")
        said = worker.communicate(timeout=100)[1]
        assert worker.returncode == 0, said
        found = place.standing()
        assert {each["run"]["outcome"] for each in found.values()} == {"published"}
        assert {each["persons"] for each in found.values()} == {26}
        assert all(0 < each["run"]["megabytes"] < 500 for each in found.values())
        table = place.command("status").out
        assert "2 look" in table  # nobody subscribes yet
        assert place.command("status", "--expect-run-within", "1h").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run",), "name organisers, or --all"),
        (("run", "berg", "--all"), "name organisers, or --all, and not both"),
        (("run", "bergg"), "no organiser bergg"),
        (("add", "Berg"), "can be no organiser's name"),
        (("add", "../berg"), "can be no organiser's name"),
        (("add", "public"), "can be no organiser's name"),
        (("add", "ny"), "Say where the rows are"),
        (("export", "ny", "x"), "there is no organiser ny"),
        (("remove", "ny", "--yes"), "nothing is there of an organiser ny"),
        (("add", "berg", "--from", "x"), "Go on without --from: fleet add berg"),
    ],
)
def test_what_cannot_be_done_is_told(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    with organisers_of(tmp_path, "berg") as place:
        done = place.command(*words)
        assert (done.code, said in done.err) == (2, True), done.err


def test_somebody_whose_run_is_awaited_is_told_to_monitoring(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", "dal") as place:
        place.sync("dal")
        done = place.command("status", "--expect-run-within", "26h", "--json")
        assert (done.code, done.json["late"]) == (8, ["berg"])


def test_what_is_exported_goes_on_as_an_installation_of_its_own(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", "dal") as place:
        place.sync("berg")
        done = place.command("export", "berg", "moved")
        assert done.code == 0, done.err
        config = (tmp_path / "moved/config.toml").read_text()
        assert "postgresql" not in config
        again = command("--config", "moved/config.toml", "sync", "--json", at=tmp_path)
        assert (again.json["outcome"], again.json["version"]) == ("unchanged", 1), "the same rows, ids and versions"
        assert place.command("export", "berg", "moved").code == 2


def test_of_an_organiser_that_is_removed_nothing_stays(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", "dal") as place:
        for name in ("berg", "dal"):
            place.sync(name)
        place.command("run", "--all")
        asked = place.command("remove", "berg")
        assert (asked.code, "would go: schema berg" in asked.out, "fleet export berg" in asked.err) == (2, True, True)
        assert place.standing()["berg"]["version"] == 1
        done = place.command("remove", "berg", "--yes")
        assert done.code == 0, done.err
        assert "ok  no schema, no role, no record, no job, no folder of berg is there" in done.out
        own = organisers.namespace_of(place.fleet, "berg")
        assert place.sql(f"SELECT 1 FROM pg_namespace WHERE nspname = '{own.schema}'") == []
        assert place.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{own.role}'") == []
        assert place.sql("SELECT lock FROM ss12000_queue.procrastinate_jobs") == [("dal",)]
        assert not (tmp_path / "organisers/berg").exists()
        assert place.standing().keys() == {"dal"}
        assert place.sync("dal").json["outcome"] == "unchanged"
        place.add("berg")  # and its name is free again
        assert place.sync("berg").json["version"] == 1


def test_a_folder_that_was_copied_is_refused_by_everything(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg") as place:
        place.sync("berg")
        folder = place.add("gnesta")
        text = (folder / "config.toml").read_text()
        (folder / "config.toml").write_text(text.replace('"gnesta"', '"berg"').replace("_gnesta", "_berg"))
        found = place.standing()
        assert (found["berg"]["standing"], found["gnesta"]["standing"]) == ("look", "wrong")
        assert 'schema = "gnesta"' in found["gnesta"]["to_do"]
        asked = place.command("run", "gnesta")
        assert (asked.code, "gnesta: [state]" in asked.err) == (2, True)
        for words in (("remove", "gnesta", "--yes"), ("export", "gnesta", "x")):
            done = place.command(*words)
            assert (done.code, "[state]" in done.err) == (2, True), done.err
        (folder / "config.toml").write_text("nonsense")  # nor where it cannot be read at all
        assert place.command("remove", "gnesta", "--yes").code == 2
        (tmp_path / "organisers/link").symlink_to(tmp_path / "organisers/berg")
        assert "is a link" in place.command("remove", "link", "--yes").err
        assert place.sql("SELECT count(*) FROM berg.published_person") == [(26,)]


@pytest.mark.long
@pytest.mark.parametrize(
    "state",
    [
        'url = "{url}?application_name=x"\nschema = "berg"\nrole = "{role}"',
        'url = "{url}?options=-csearch_path%3Dberg"',
        'url = "{url}"\nschema = "ss12000_queue"\nrole = "{role}"',
        'url = "{url}"',
        'url = "sqlite:///../berg/state.db"',
        'url = "mysql+pymysql://root@127.0.0.1/test"\nschema = "berg"',
    ],
)
def test_nobody_reaches_anothers_state_by_writing_it_in_another_way(tmp_path: Path, state: str) -> None:
    with organisers_of(tmp_path, "berg") as place:
        own = organisers.namespace_of(place.fleet, "berg")
        text = (place.add("dal") / "config.toml").read_text()
        changed = re.sub(r"url = .*\nschema = .*\nrole = .*", state.format(url=place.url, role=own.role), text)
        assert changed != text
        (tmp_path / "organisers/dal/config.toml").write_text(changed)
        assert place.standing()["dal"]["standing"] == "wrong"


def test_two_never_have_one_role_however_long_their_names_are(tmp_path: Path) -> None:
    with organisers_of(tmp_path) as place:
        file = tmp_path / "fleet.toml"
        file.write_text(file.read_text().replace(place.url, f"{place.url}_produktion_for_friskolor_i_vastra_sverige"))
        roles = [organisers.namespace_of(place.fleet, f"stiftelsen-{end}").role for end in ("norr", "soder")]
        assert len(set(roles)) == 2
        assert all(len(role) <= 60 for role in roles)


def test_what_an_attempt_to_remove_has_left_goes_with_the_next(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg") as place:
        place.sync("berg")
        place.command("run", "berg")
        shutil.rmtree(tmp_path / "organisers/berg")
        assert "would go: schema berg" in place.command("remove", "berg").out
        assert place.command("remove", "berg", "--yes").code == 0
        assert place.sql("SELECT 1 FROM pg_namespace WHERE nspname = 'berg'") == []
        assert place.sql("SELECT 1 FROM ss12000_queue.procrastinate_jobs") == []


def test_a_folder_that_is_away_is_told_and_no_empty_fleet(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg") as place:
        (tmp_path / "organisers").rename(tmp_path / "away")
        for words in (("status",), ("worker", "--until-empty"), ("serve",), ("run", "--all")):
            done = place.command(*words)
            assert (done.code, "there is no such folder" in done.err) == (2, True), words
        (tmp_path / "organisers").mkdir()
        assert place.command("status", "--expect-run-within", "26h").code == 8


def test_the_database_says_what_is_missing_and_where(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg") as place:
        database = place.url.rpartition("/")[2]
        place.sql(f"CREATE ROLE {database}_login LOGIN")
        file = tmp_path / "fleet.toml"
        file.write_text(file.read_text().replace("postgres@", f"{database}_login@"))
        done = place.command("add", "berg")
        assert done.code == 7
        assert done.err.startswith("fleet.database: permission denied")
        assert "CREATEROLE" in done.err or "GRANT CREATE" in done.err


def test_the_example_is_a_fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEET_PASSWORD", "x")
    shown = command("fleet", "example", at=tmp_path).out
    (tmp_path / "fleet.toml").write_text(shown, encoding="utf-8")
    fleet = load(tmp_path / "fleet.toml")
    for section in Fleet.model_fields:
        assert f"[{section}" in shown, section
    for section, model in (
        ("fleet", fleet.fleet),
        ("facade", fleet.facade),
        ("pages", fleet.pages),
        ("night", fleet.night),
    ):
        for name, field in type(model).model_fields.items():
            assert f"\n{field.alias or name} = " in shown or f"\n# {field.alias or name} = " in shown, (
                f"{section}.{name}"
            )
    assert fleet.night == Fleet.model_fields["night"].default
