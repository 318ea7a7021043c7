"""`serve --sync-at`: the nightly run beside the facade."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.shell import COMMAND
from support.world import World, world

from adapter import wiring
from adapter.serving import nightly, service
from adapter.serving.nightly import Nightly
from adapter.store import history


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Where it is half a second to 03:30 when the nightly run first looks at the clock, however long that takes."""
    first: list[int] = []

    def clock() -> int:
        first.append(wiring.clock())
        return int(dt.datetime(2026, 11, 2, 3, 29, 59, 500_000, tzinfo=wiring.ZONE).timestamp() * 1000) + (
            first[-1] - first[0]
        )

    monkeypatch.setattr(nightly, "clock", clock)
    with world(tmp_path / "w") as found:
        yield found


def wait_until(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 20
    while not true() and time.monotonic() < until:
        time.sleep(0.05)
    return true()


def test_the_nightly_run_publishes_beside_the_facade(place: World) -> None:
    command = [*COMMAND, "--config", str(place.config), "sync"]
    running = service.start(place.load(), Nightly("03:30", command), lambda text: None)
    try:
        assert wait_until(lambda: [run.outcome for run in history.last_runs(place.store, 9)] == ["published"])
    finally:
        running.stop()


def test_a_nightly_run_that_fails_is_told_and_the_facade_goes_on(place: World) -> None:
    said: list[str] = []
    running = service.start(place.load(), Nightly("03:30", [sys.executable, "-c", "exit(5)"]), said.append)
    try:
        assert wait_until(lambda: bool(said))
        assert said == ["the nightly run ended with exit code 5; what it printed says why"]
        assert running.alive()
    finally:
        running.stop()


def test_stopping_ends_a_nightly_run_that_is_going_on(place: World, tmp_path: Path) -> None:
    program = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(300)"
    command = [sys.executable, "-c", program, str(tmp_path / "begun")]
    running = service.start(place.load(), Nightly("03:30", command), lambda text: None)
    assert wait_until((tmp_path / "begun").exists)
    began = time.monotonic()
    running.stop()
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (dt.datetime(2026, 11, 2, 1, 0), 2.5),
        (dt.datetime(2026, 11, 2, 3, 30), 24),
        (dt.datetime(2026, 11, 2, 4, 0), 23.5),
        (dt.datetime(2026, 10, 24, 4, 0), 24.5),  # the night that has an hour more
        (dt.datetime(2027, 3, 27, 4, 0), 22.5),  # the night that has an hour less
    ],
)
def test_the_next_run_is_at_the_time_on_the_organisers_clock(now: dt.datetime, hours: float) -> None:
    moment = now.replace(tzinfo=wiring.ZONE).timestamp() * 1000
    assert Nightly("03:30", []).seconds_left(int(moment)) == hours * 3600
