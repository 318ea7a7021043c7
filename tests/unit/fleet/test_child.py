"""A run as a process of its own: how it ended, what it said, what it cost; and that it always ends."""

from __future__ import annotations

import sys
import threading

import pytest

from adapter.fleet import child
from adapter.settings.fleet import Night

NIGHT = Night(**{"from": "01:00", "until": "05:00"})
SHORT = NIGHT.model_copy(update={"minutes": 0.01})
WAITS = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('{}', flush=True); time.sleep(60)"


def run(program: str, night: Night = NIGHT, stopping: threading.Event | None = None) -> child.Done:
    return child.run([sys.executable, "-c", program], night, stopping or threading.Event())


def test_how_it_ended_and_what_it_said() -> None:
    done = run("import sys; print('{\"outcome\": \"held\"}'); print('note\\n\\nlast å', file=sys.stderr); sys.exit(3)")
    assert (done.code, done.report, done.said, done.stopped) == (3, {"outcome": "held"}, "last å", "")
    assert done.seconds > 0
    assert done.megabytes >= 1


@pytest.mark.parametrize("printed", ["", "nonsense", "[1]", "{"])
def test_what_is_no_report_is_none(printed: str) -> None:
    assert run(f"print({printed!r})").report == {}


def test_one_that_takes_too_long_is_stopped() -> None:
    done = run(WAITS, SHORT)
    assert (done.code, done.stopped) == (-15, child.TOO_LONG)
    assert done.seconds < 20


def test_one_that_does_not_listen_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_LONGEST_END", 0.5)
    done = run(DEAF, SHORT)
    assert (done.code, done.stopped) == (-9, child.TOO_LONG)


def test_one_whose_worker_stops_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping = threading.Event()
    threading.Timer(0.3, stopping.set).start()
    assert run(WAITS, stopping=stopping).stopped == child.INTERRUPTED


def test_more_memory_than_it_may_have_is_refused() -> None:
    done = run("x = bytearray(300 << 20)", NIGHT.model_copy(update={"megabytes": 200}))
    assert done.code == 1
    assert "MemoryError" in done.said
