"""No change is ever missed: whatever happens on the way, in the end every client holds what is published.

Histories of source changes, runs, deliveries, crashes, outages, clock steps and key rotations are drawn at random.
SS12000_HISTORIES sets how many; each of the eight tests takes its part.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.history import History

from adapter.errors import StateError
from adapter.facade import context
from adapter.mapping import compile as compiler
from adapter.store.engine import open_store
from adapter.store.lock import run_lock

pytestmark = pytest.mark.long

HISTORIES = int(os.environ.get("SS12000_HISTORIES", "480" if os.environ.get("CI") else "400"))

changes = st.tuples(
    st.just("change"),
    st.sampled_from(["name", "class", "leave", "protect", "break", "come", "test", "duty"]),
    st.integers(0, 30),
)
events = st.one_of(
    changes,
    changes,
    st.tuples(st.just("sync")),
    st.tuples(st.just("sync")),
    st.tuples(st.just("sync and crash"), st.integers(1, 12)),
    st.tuples(st.just("deliver")),
    st.tuples(st.just("deliver")),
    st.tuples(st.just("deliver and crash"), st.integers(1, 12)),
    st.tuples(st.just("two runs at once")),
    st.tuples(st.just("work")),
    st.tuples(st.just("subscribe"), st.sampled_from(["five_minutes", "last_modified"]), st.sampled_from([None, 1, 3])),
    st.tuples(st.just("target"), st.integers(0, 1), st.sampled_from(["up", "down", "slow", "refusing"])),
    st.tuples(st.just("ignore"), st.integers(0, 1), st.integers(1, 2)),
    st.tuples(st.just("facade down"), st.integers(0, 1), st.integers(1, 20)),
    st.tuples(st.just("time"), st.sampled_from([1, 30, 240, 1000, 4000, 100_000, -50, -4000])),
    st.tuples(st.just("their clock"), st.integers(0, 1), st.sampled_from([0, 30, 600, -600])),
    st.tuples(st.just("restart")),
    st.tuples(st.just("backup")),
    st.tuples(st.just("restore")),
    st.tuples(st.just("rotate")),
)


def happen(history: History, event: tuple[object, ...]) -> None:
    name, *more = event
    party = (
        history.parties[int(more[0]) % len(history.parties)]
        if history.parties and more and isinstance(more[0], int)
        else None
    )
    if name == "change":
        history.change(str(more[0]), int(str(more[1])))
    elif name == "sync":
        history.sync()
    elif name == "sync and crash":
        history.crashing(history.sync, int(str(more[0])))
    elif name == "deliver":
        history.deliver()
    elif name == "deliver and crash":
        history.crashing(history.deliver, int(str(more[0])))
    elif name == "two runs at once":
        with run_lock(history.store), pytest.raises(StateError):
            history.sync()
    elif name == "work":
        for found in history.parties:
            found.work()
    elif name == "subscribe":
        history.subscribe(str(more[0]), more[1])  # type: ignore[arg-type]
    elif name == "time":
        history.clock.pass_(seconds=float(str(more[0])))
    elif name == "restart":
        history.restart()
    elif name == "backup":
        history.backup()
    elif name == "restore":
        history.restore()
    elif name == "rotate":
        history.rotate()
    elif party is None:
        return
    elif name == "target":
        party.mode = str(more[1])
    elif name == "ignore":
        party.client.ignoring = int(str(more[1]))
    elif name == "facade down":
        party.client.failing = int(str(more[1]))
    elif name == "their clock":
        party.skew = int(str(more[1])) * 1000


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "state.db"
    store = open_store(f"sqlite:///{file}")
    store.close()
    return file


@pytest.fixture(scope="module", autouse=True)
def one_mapping_parsed_once() -> Iterator[None]:
    """What never changes in these histories is not made anew for each of their runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiler, "parse", cache(compiler.parse))
        patch.setattr(context, "_LOOK", 0.0)  # seconds of the real clock, which stands still here
        yield


@pytest.mark.parametrize("part", range(8))
def test_in_the_end_every_client_holds_what_is_published(part: int, template: Path) -> None:
    @settings(max_examples=HISTORIES // 8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(events, min_size=4, max_size=10))
    def every_history(happened: list[tuple[object, ...]]) -> None:
        folder = Path(tempfile.mkdtemp(dir=_fast()))
        history = History(folder, template)
        try:
            history.sync()
            history.subscribe("five_minutes", None)
            for event in happened:
                happen(history, event)
                assert history.leaks() == []
            history.sync()
            rounds = history.settle()
            assert history.problems() == []
            assert rounds <= 12
        finally:
            history.stop()
            shutil.rmtree(folder)

    every_history()


def _fast() -> str | None:
    """Memory, where the system has a folder for it: a crash here is the process's, not the machine's."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
