"""The queue: everybody once a night within its window, tried again where that helps, by whichever worker lives."""

from __future__ import annotations

import datetime as dt
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from support.fleets import Organisers, organisers_of, people_of, until, working

from adapter.wiring import ZONE

pytestmark = pytest.mark.long


def window(first: int = -60, last: int = 120, more: str = "") -> str:
    """[night] that began and ends so many minutes from now."""
    now = dt.datetime.now(ZONE)
    begins, ends = ((now + dt.timedelta(minutes=minutes)).strftime("%H:%M") for minutes in (first, last))
    return f'[night]\nfrom = "{begins}"\nuntil = "{ends}"\n{more}'


def outcomes(place: Organisers) -> dict[str, str]:
    return {name: (found["run"] or {}).get("outcome", "") for name, found in place.standing().items()}


def test_everybody_runs_once_a_night_however_many_workers_there_are(tmp_path: Path) -> None:
    names = [f"ort-{n}" for n in range(6)]
    with organisers_of(tmp_path, *names, night=window()) as place, working(place), working(place):
        until(lambda: set(outcomes(place).values()) == {"published"})
        with working(place, "--until-empty") as third:  # plans once more
            third.wait(60)
        for name in names:
            runs = place.sql(f'SELECT count(*) FROM "{name.replace("-", "_")}".run')
            assert runs == [(1,)], name
        assert {found["persons"] for found in place.standing().values()} == {26}


def test_nobody_runs_outside_the_window_but_whoever_is_asked_for(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", "dal", night=window(120, 240)) as place:
        assert place.command("run", "dal").code == 0
        assert "no worker is at work" in place.command("run", "dal").err
        with working(place):
            until(lambda: outcomes(place) == {"berg": "", "dal": "published"})
            waiting = "FROM ss12000_queue.procrastinate_jobs WHERE status = 'todo' AND lock = 'berg'"
            assert place.sql(f"SELECT scheduled_at > now() {waiting}") == [(True,)]


def test_who_has_priority_begins_first(tmp_path: Path) -> None:
    ahead = "[nights.cen]\npriority = 5\n[nights.aby]\npriority = -5\n"
    with organisers_of(tmp_path, "aby", "berg", "cen", night=window() + ahead) as place:
        with working(place, "--at-once", "1", "--until-empty") as worker:
            worker.wait(100)
        found = place.standing()
        assert sorted(found, key=lambda name: found[name]["run"]["started"]) == ["cen", "berg", "aby"]


def test_a_source_that_was_away_is_tried_again_and_a_broken_mapping_is_not(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", "dal", night=window()) as place:
        (tmp_path / "organisers/berg/elev.csv").rename(tmp_path / "elev.csv")
        (tmp_path / "organisers/dal/mapping.yaml").write_text("mapping: 1\nsources: {}\nPersn: {}\n")
        with working(place):
            until(lambda: outcomes(place) == {"berg": "again", "dal": "failed"})
            found = place.standing()
            assert found["berg"]["run"]["exit_code"] == 5
            assert "elev.csv" in found["berg"]["to_do"]
            assert (found["dal"]["standing"], found["dal"]["run"]["attempts"]) == ("failed", 1)
            (tmp_path / "elev.csv").rename(tmp_path / "organisers/berg/elev.csv")
            until(lambda: outcomes(place)["berg"] == "published")


def test_a_run_that_the_gate_holds_is_not_tried_again(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", night=window()) as place:
        assert place.sync("berg").code == 0
        place.export("berg", people_of("berg", pupils=4))
        with working(place):
            until(lambda: outcomes(place)["berg"] == "held")
        found = place.standing()["berg"]
        assert (found["standing"], found["run"]["exit_code"], found["run"]["attempts"]) == ("held", 3, 1)


def test_a_run_that_needs_too_much_memory_is_stopped(tmp_path: Path) -> None:
    with organisers_of(tmp_path, night=window(more="megabytes = 200\n")) as place:
        place.add("berg", people_of("berg", pupils=200_000))
        with working(place):
            until(lambda: outcomes(place)["berg"] == "failed", 120)
        found = place.standing()["berg"]["run"]
        assert "memory" in found["why"], found
        assert found["attempts"] == 1


def test_when_the_night_is_over_nobody_begins_and_that_is_told(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", "dal", night=window(120, 240)) as place:
        assert place.command("run", "--all").code == 0  # two jobs, which become those of a night long past
        args = "jsonb_set(args, '{night}', '\"2026-01-01\"')"
        place.sql(f"UPDATE ss12000_queue.procrastinate_jobs SET args = {args}")
        with working(place, "--until-empty") as worker:
            worker.wait(120)
        found = place.standing()
        assert {found[name]["standing"] for name in found} == {"missed"}
        assert "fleet run berg" in found["berg"]["to_do"]
        assert place.sql("SELECT count(*) FROM berg.run") == [(0,)]


def test_what_a_dead_worker_had_in_hand_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with organisers_of(tmp_path, night=window()) as place:
        place.add("berg", people_of("berg", pupils=60_000))
        with working(place) as first:
            until(lambda: outcomes(place)["berg"] == "running")
            first.send_signal(signal.SIGKILL)
            first.wait()
        place.sql("UPDATE ss12000_queue.procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
        with working(place):
            until(lambda: outcomes(place)["berg"] in ("published", "unchanged"), 150)
        assert any("berg: taken over from a worker that is gone" in line for line in place.said)
        assert place.standing()["berg"]["persons"] == 60_002


def test_what_is_taken_over_goes_back_beside_a_run_that_is_asked_for_meanwhile(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", night=window(120, 240)) as place:
        assert place.sync("berg").code == 0
        assert place.command("run", "berg").code == 0
        place.sql("UPDATE ss12000_queue.procrastinate_jobs SET status = 'doing'")  # by somebody who is gone
        assert "1 run asked for" in place.command("run", "berg").out
        with working(place):
            until(lambda: place.sql("SELECT count(*) FROM berg.run") == [(3,)])
            until(lambda: outcomes(place)["berg"] == "unchanged")


def test_a_worker_that_is_told_to_stop_gives_its_run_back(tmp_path: Path) -> None:
    with organisers_of(tmp_path, night=window()) as place:
        place.add("berg", people_of("berg", pupils=60_000))
        with working(place) as first:
            until(lambda: outcomes(place)["berg"] == "running")
            first.terminate()
            assert first.wait(60) == 0
        assert outcomes(place)["berg"] == "again"
        with working(place):
            until(lambda: outcomes(place)["berg"] == "published", 120)


def test_a_night_that_is_moved_is_planned_anew(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", night=window(120, 240)) as place:
        with working(place, "--until-empty") as worker:
            worker.wait(60)
        assert outcomes(place) == {"berg": ""}
        file = tmp_path / "fleet.toml"
        file.write_text(file.read_text().partition("[night]")[0] + window())
        with working(place):
            until(lambda: outcomes(place)["berg"] == "published")
        shutil.rmtree(tmp_path / "organisers/berg")
        place.add("dal")
        with working(place, "--until-empty") as worker:
            worker.wait(60)
        waiting = place.sql("SELECT lock FROM ss12000_queue.procrastinate_jobs WHERE status = 'todo'")
        assert ("berg",) not in waiting, "nothing waits for whoever is gone"


def test_who_asks_does_not_wait_for_the_next_attempt(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", night=window(120, 240)) as place:
        (tmp_path / "organisers/berg/elev.csv").rename(tmp_path / "elev.csv")
        place.command("run", "berg")
        with working(place):
            until(lambda: outcomes(place)["berg"] == "again")
            (tmp_path / "elev.csv").rename(tmp_path / "organisers/berg/elev.csv")
            later = "scheduled_at = now() + interval '1 hour' WHERE attempts > 0"
            place.sql(f"UPDATE ss12000_queue.procrastinate_jobs SET {later}")
            assert place.command("run", "berg").out == "1 run asked for\n"
            until(lambda: outcomes(place)["berg"] == "published")


def test_who_cannot_be_told_from_another_does_not_run(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", night=window()) as place:
        folder = place.add("gnesta")
        text = (folder / "config.toml").read_text()
        (folder / "config.toml").write_text(text.replace('"gnesta"', '"berg"').replace("_gnesta", "_berg"))
        with working(place):
            until(lambda: outcomes(place) == {"berg": "published", "gnesta": "failed"})
        assert place.sql("SELECT count(*) FROM berg.run") == [(1,)]


def test_a_queue_of_an_earlier_version_is_made_anew_and_a_later_ones_is_left_alone(tmp_path: Path) -> None:
    def run_all(place: Organisers) -> Any:
        return place.command("run", "--all")

    with organisers_of(tmp_path, "berg") as place:
        assert run_all(place).code == 0
        numbers = "SELECT max(id) FROM ss12000_queue.procrastinate_jobs"
        before = place.sql(numbers)
        place.sql("COMMENT ON SCHEMA ss12000_queue IS '3.0.0'")
        assert "1 run asked for" in run_all(place).out  # what was asked for is gone with it
        assert place.sql(numbers) > before
        place.sql("COMMENT ON SCHEMA ss12000_queue IS '99.0.0'")
        done = run_all(place)
        assert (done.code, "a later version (99.0.0)" in done.err) == (7, True)
