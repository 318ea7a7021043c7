"""Commands beside the page: a process of their own, so that neither pages nor the facade wait for them."""

from __future__ import annotations

import json
import secrets
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapter.errors import RequestRefused

_MOST, _MOST_OF_ONE = 4, 2  # at once
_KEPT = 600  # seconds: what a command has said may tell of persons
_PATIENCE = 3_600  # seconds
_MOST_KEPT = 50


@dataclass
class Task:
    """`words`: the command. `code`: how it ended, None while it runs; `said`: its JSON document; `note`: its stderr."""

    who: str
    words: tuple[str, ...]
    about: str
    began: float
    code: int | None = None
    said: Any = None
    note: str = ""
    ended: float | None = None
    child: subprocess.Popen[bytes] | None = field(default=None, repr=False)


class Tasks:
    """`command`: ourselves with the same configuration. `clock`: seconds that only go forward."""

    def __init__(self, command: Sequence[str], clock: Callable[[], float]) -> None:
        self._command = list(command)
        self._clock = clock
        self._known: dict[str, Task] = {}
        self._lock = threading.Lock()
        self._stopped = False

    def must_have_room(self, who: str) -> None:
        """Raises RequestRefused where this person, or all together, have begun enough."""
        with self._lock:
            self._must_have_room(who)

    def begin(self, who: str, words: Sequence[str], about: str, stdin: str = "") -> str:
        """Start a command that answers in JSON; gives the key under which `find` has it. Raises RequestRefused."""
        with self._lock:
            self._must_have_room(who)
            self._forget()
            key, task = secrets.token_urlsafe(16), Task(who, tuple(words), about, self._clock())
            pipe = subprocess.PIPE
            task.child = subprocess.Popen([*self._command, *words, "--json"], stdin=pipe, stdout=pipe, stderr=pipe)
            self._known[key] = task
        threading.Thread(target=self._wait, args=(task, task.child, stdin), daemon=True).start()
        return key

    def _must_have_room(self, who: str) -> None:
        running = [task.who for task in self._known.values() if task.code is None]
        if self._stopped or len(running) >= _MOST or running.count(who) >= _MOST_OF_ONE:
            raise RequestRefused(503, "busy", {"Retry-After": "30"})

    def _forget(self) -> None:
        """What is old, and of what has ended the oldest where there is too much."""
        now = self._clock()
        self._known = {key: task for key, task in self._known.items() if not _old(task, now)}
        ended = [key for key, task in self._known.items() if task.code is not None]
        for key in ended[: max(0, len(self._known) - _MOST_KEPT)]:
            del self._known[key]

    def find(self, key: str, who: str) -> Task | None:
        """A command that this person has started, while what it said is kept."""
        with self._lock:
            task = self._known.get(key)
        return task if task is not None and task.who == who and not _old(task, self._clock()) else None

    def is_about(self, about: str) -> bool:
        """Whether a command about this is going on."""
        with self._lock:
            return any(task.about == about and task.code is None for task in self._known.values())

    def stop(self) -> None:
        """End what still runs; what is published stays whole."""
        with self._lock:
            self._stopped = True
            for task in self._known.values():
                if task.child is not None and task.code is None:
                    task.child.terminate()

    def _wait(self, task: Task, child: subprocess.Popen[bytes], stdin: str) -> None:
        try:
            out, err = child.communicate(stdin.encode(), _PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
        try:
            said = json.loads(out)
        except ValueError:
            said = None
        with self._lock:
            task.said, task.note, task.ended = said, err.decode(errors="replace")[-2_000:], self._clock()
            task.code, task.child = child.returncode, None


def _old(task: Task, now: float) -> bool:
    return task.ended is not None and now - task.ended > _KEPT
