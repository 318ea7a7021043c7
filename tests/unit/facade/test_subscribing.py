"""Subscriptions go to allowed targets only; /log and /statistics take what comes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.readable import TARGET, Readable, readable

from adapter.store import feedback, subscriptions

CALLER = "SE2021004185 https://api.skolverket.se/provtjanst/ss12000/klient/v1"


@pytest.fixture
def facade(tmp_path: Path) -> Iterator[Readable]:
    with readable(tmp_path) as found:
        yield found


def wish(**changes: Any) -> dict[str, Any]:
    return {"name": "Skolverket", "target": TARGET, "resourceTypes": [{"resource": "Person"}], **changes}


@pytest.mark.parametrize(
    "types", [["Person"], [{"resource": "Person"}], ["PERSONS", "Nonsense"], [{"resource": "person"}]]
)
def test_types_may_be_spelled_as_clients_do(facade: Readable, types: list[Any]) -> None:
    answer = facade.ask("/subscriptions", "POST", json=wish(resourceTypes=types))
    assert answer.status_code == 201
    assert answer.json()["resourceTypes"] == [{"resource": "Person"}]


def test_a_target_has_one_subscription_however_often_it_asks(facade: Readable) -> None:
    first = facade.ask("/subscriptions", "POST", json=wish()).json()
    again = facade.ask("/subscriptions", "POST", json=wish(id="mine", expires="2000-01-01T00:00:00Z")).json()
    assert again["id"] == first["id"]
    assert [found["id"] for found in facade.get("/subscriptions")["data"]] == [first["id"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"target": "http://api.skolverket.se/provtjanst/ss12000/klient/v1/webhooks/x"},
        {"target": "https://evil.example/provtjanst/ss12000/klient/v1/webhooks/x"},
        {"target": "https://api.skolverket.se.evil.example/provtjanst/ss12000/klient/v1/webhooks/x"},
        {"target": 5},
        {"target": None},
        {"target": TARGET + "x" * 3000},
        {"name": ""},
        {"name": None},
        {"resourceTypes": []},
        {"resourceTypes": ["Nonsense"]},
        {"resourceTypes": "Person"},
        {"resourceTypes": [5, None, [], {}]},
    ],
)
def test_other_wishes_are_400(facade: Readable, changes: dict[str, Any]) -> None:
    assert facade.ask("/subscriptions", "POST", json=wish(**changes)).status_code == 400
    assert subscriptions.all_of(facade.store) == []


def test_it_can_be_shown_renewed_and_ended(facade: Readable) -> None:
    made = facade.ask("/subscriptions", "POST", json=wish()).json()
    path = f"/subscriptions/{made['id']}"
    facade.clock.pass_(days=30)
    renewed = facade.ask(path, "PATCH", content=b"whatever").json()
    assert renewed["expires"] > made["expires"]
    assert facade.get(path) == renewed
    assert facade.ask(path, "DELETE").status_code == 204
    assert facade.ask(path, "DELETE").status_code == 204
    assert facade.ask(path).status_code == 404
    assert facade.ask(path, "PATCH").status_code == 404


@pytest.mark.parametrize("path", ["/log", "/log/", "/logs", "/statistics", "/statistics/"])
@pytest.mark.parametrize(
    "entry",
    [
        {"message": "x", "severityLevel": "Error", "resourceId": "f3f1a0e4-0000-4000-8000-000000000000"},
        {"resourceType": None, "unknown": {"deep": [1]}, "timeOfOccurance": "not a time"},
        {"resourceType": "X" * 500, "severityLevel": ["odd"]},
        {},
    ],
)
def test_feedback_is_taken_as_it_comes(facade: Readable, path: str, entry: dict[str, Any]) -> None:
    answer = facade.ask(path, "POST", json=entry)
    assert (answer.status_code, answer.json()) == (201, {"message": "created"})


def test_errors_of_the_client_are_seen_in_the_state(facade: Readable) -> None:
    facade.ask("/log", "POST", json={"message": "x", "severityLevel": "Error"})
    facade.ask("/log", "POST", json={"message": "y", "severityLevel": "Info"})
    assert [found.severity for found in feedback.recent_errors(facade.store, 0, 10)] == ["Error"]


@pytest.mark.parametrize(
    ("content", "status"), [(b"[]", 400), (b"{", 400), (b"", 400), (b'{"a":"' + b"x" * (1 << 20), 413)]
)
def test_bodies_that_are_no_objects_are_refused(facade: Readable, content: bytes, status: int) -> None:
    assert facade.ask("/log", "POST", content=content).status_code == status


def test_it_is_recorded_who_read_what_and_never_whom(facade: Readable) -> None:
    facade.crawl("/persons", limit=5)
    facade.get("/deletedEntities")
    deadline = time.monotonic() + 10  # written away from the requests, within a second or so
    while len(feedback.finished(facade.store, CALLER, -1)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert feedback.finished(facade.store, CALLER, -1) == {"persons": 0, "deletedEntities": 0}
    assert feedback.finished(facade.store, CALLER, facade.clock() + 1) == {}
    assert feedback.finished(facade.store, "somebody else", 0) == {}
