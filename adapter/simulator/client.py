"""Skolverket's SS12000-client: subscribes, loads everything, then what changed since each notice.

It keeps what it received, and holds every object against the profile. Source: domain sheet 2 and 8.
"""

from __future__ import annotations

import datetime as dt
import queue
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
import orjson

from adapter.simulator import checks
from adapter.ss12000.types import FETCH_ORDER, ResourceType

Window = Literal["five_minutes", "last_modified"]
_FIVE_MINUTES = 300_000  # ms
_TRIES = 3
_PATIENCE = httpx.Timeout(30.0)


@dataclass(frozen=True)
class Received:
    """A notice as it came: when (ms), which types, whether anything went."""

    at: int
    types: tuple[ResourceType, ...]
    deletions: bool


@dataclass(eq=False)
class Client:
    """One subscription's client. `token` gives a token for the facade; `trust` is TLS that knows its certificate.

    Misbehaviour on demand: `failing` requests are answered by nothing, `ignoring` notices are taken but not acted upon.
    """

    base_url: str
    token: Callable[[], str]
    trust: ssl.SSLContext
    clock: Callable[[], int]
    window: Window = "five_minutes"
    limit: int | None = None
    failing: int = 0
    ignoring: int = 0
    held: dict[ResourceType, dict[str, dict[str, Any]]] = field(default_factory=lambda: {k: {} for k in FETCH_ORDER})
    violations: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    pages: int = 0
    subscription: str = ""
    transport: httpx.BaseTransport | None = None  # None: the network
    _received: bytearray = field(default_factory=bytearray)
    _newest: dict[ResourceType, str] = field(default_factory=dict)
    _notices: queue.Queue[Received | None] = field(default_factory=queue.Queue)
    _worker: threading.Thread | None = None

    def connect(self) -> None:
        """Be ready to ask; what notices make it do is then up to the caller (`act`)."""
        self._http = httpx.Client(verify=self.trust, timeout=_PATIENCE, transport=self.transport)

    def __enter__(self) -> Client:
        self.connect()
        self._worker = threading.Thread(target=self._work, daemon=True)
        self._worker.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._notices.put(None)
        if self._worker is not None:
            self._worker.join()
        self._http.close()

    # -- what it does by itself ---------------------------------------------------------------------------

    def register(self, target: str) -> int:
        """Subscribe to everything; returns the status. On success everything is loaded at once."""
        wanted = {
            "name": "Skolverket",
            "target": target,
            "resourceTypes": [{"resource": str(kind)} for kind in FETCH_ORDER],
        }
        answer = self._send("POST", "/subscriptions", wanted)
        if answer.status_code == 201:
            self.subscription = answer.json()["id"]
            self.load()
        return answer.status_code

    def unsubscribe(self) -> None:
        """End the subscription, and let go of the connection."""
        self._send("DELETE", f"/subscriptions/{self.subscription}")
        self._http.close()

    def load(self) -> None:
        """Everything, in fetch order; no deletions on a first load."""
        for kind in FETCH_ORDER:
            self._fetch(kind, {})

    def notified(self, notice: Received) -> None:
        """A notice came: it waits until those before it are done."""
        self._notices.put(notice)

    def wait_idle(self) -> None:
        """Until every notice so far has been acted upon."""
        self._notices.join()

    def ever_received(self, text: str) -> bool:
        """Whether a text was in anything that the facade ever answered."""
        return text.encode() in self._received or orjson.dumps(text)[1:-1] in self._received

    # -- after a notice -----------------------------------------------------------------------------------

    def _work(self) -> None:
        while (notice := self._notices.get()) is not None:
            self.act(notice)
            self._notices.task_done()

    def act(self, notice: Received) -> None:
        """Fetch what a notice tells of; what goes wrong is among the `failures`."""
        try:
            if self.ignoring:
                self.ignoring -= 1
            else:
                self._update(notice)
        except Exception as error:
            self.failures.append(f"{type(error).__name__}: {error}")

    def _update(self, notice: Received) -> None:
        for kind in FETCH_ORDER:
            if kind in notice.types:
                self._fetch(kind, {"meta.modified.after": self._since(kind, notice)})
        if notice.deletions:
            self._delete(_moment(notice.at - _FIVE_MINUTES))

    def _since(self, kind: ResourceType, notice: Received) -> str:
        if self.window == "last_modified" and kind in self._newest:
            return self._newest[kind]
        return _moment(notice.at - _FIVE_MINUTES)

    def _fetch(self, kind: ResourceType, filters: dict[str, str]) -> None:
        try:
            for page in self._pages(f"/{kind.collection}", filters):
                for found in page["data"]:
                    self._take(kind, found)
                self._count(kind, len(page["data"]))
        except (httpx.HTTPError, ValueError, KeyError) as error:
            self.failures.append(f"{kind}: {type(error).__name__} {error}")
            self._log(kind, "the list could not be fetched")

    def _take(self, kind: ResourceType, found: dict[str, Any]) -> None:
        found_wrong = checks.violations(kind, found)
        if found_wrong:
            self.violations.extend(f"{kind}: {words}" for words in found_wrong)
            self._log(kind, "an object does not follow the profile")
            return
        meta = found.pop("meta")
        self._newest[kind] = max(self._newest.get(kind, ""), meta["modified"])
        self.held[kind][found["id"]] = found

    def _delete(self, after: str) -> None:
        """Applied last of all."""
        for page in self._pages("/deletedEntities", {"after": after}):
            for kind in FETCH_ORDER:
                gone = page["data"].get(kind.collection) or ()
                for object_id in gone:
                    self.held[kind].pop(object_id, None)
                if gone:
                    self._count(kind, len(gone), deleted=True)

    # -- on the wire --------------------------------------------------------------------------------------

    def _pages(self, path: str, filters: dict[str, str]) -> Iterator[dict[str, Any]]:
        """Every page of a list; the token carries the filters."""
        query: dict[str, str] = dict(filters)
        if self.limit:
            query["limit"] = str(self.limit)
        while True:
            page = self._get(path, query)
            self.pages += 1
            yield page
            if not page.get("pageToken"):
                return
            query = {"pageToken": page["pageToken"]}

    def _get(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        """Three tries, as documented."""
        for attempt in range(1, _TRIES + 1):
            try:
                if self.failing:
                    self.failing -= 1
                    raise httpx.ReadError("told to fail")
                answer = self._http.get(self.base_url + path, params=query, headers=self._headers())
                answer.raise_for_status()
            except httpx.HTTPError:
                if attempt == _TRIES:
                    raise
                continue
            self._received += answer.content
            found: dict[str, Any] = orjson.loads(answer.content)
            return found
        raise AssertionError("unreachable")

    def _send(self, method: str, path: str, content: Any = None) -> httpx.Response:
        answer = self._http.request(method, self.base_url + path, json=content, headers=self._headers())
        self._received += answer.content
        return answer

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}"}

    def _count(self, kind: ResourceType, count: int, deleted: bool = False) -> None:
        entry = {"resourceType": str(kind), "newCount": 0, "updatedCount": 0, "deletedCount": 0}
        entry["deletedCount" if deleted else "updatedCount"] = count
        self._send("POST", "/statistics", {**entry, "timeOfOccurance": _moment(self.clock())})

    def _log(self, kind: ResourceType, message: str) -> None:
        entry = {"message": message, "severityLevel": "Error", "resourceType": str(kind), "resourceId": None}
        self._send("POST", "/log", {**entry, "timeOfOccurance": _moment(self.clock())})


def differences(
    held: dict[ResourceType, dict[str, dict[str, Any]]], expected: dict[ResourceType, dict[str, dict[str, Any]]]
) -> list[str]:
    """Where two sets of objects are not identical: type and id, never a value."""
    found = []
    for kind in FETCH_ORDER:
        mine, theirs = held[kind], expected[kind]
        for object_id in sorted(mine.keys() | theirs.keys()):
            if object_id not in theirs:
                found.append(f"{kind} {object_id}: held, but not published")
            elif object_id not in mine:
                found.append(f"{kind} {object_id}: published, but not held")
            elif mine[object_id] != theirs[object_id]:
                found.append(f"{kind} {object_id}: differs")
    return found


def received(types: Sequence[str], deletions: bool, at: int) -> Received:
    """A notice from its body's parts."""
    kinds = tuple(kind for kind in FETCH_ORDER if str(kind) in types)
    return Received(at, kinds, deletions)


def _moment(milliseconds: int) -> str:
    moment = dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
