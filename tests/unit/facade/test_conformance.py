"""Every answer is as the API's own description says; whatever is asked, nobody gets a 500."""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from support.readable import PATH, TARGET, Readable, readable

from adapter.ss12000.types import FETCH_ORDER


@pytest.fixture(scope="module")
def facade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readable]:
    with readable(tmp_path_factory.mktemp("facade"), facade={"lookup": True}) as found:
        yield found


def check(facade: Readable, path: str, method: str, answer: Any) -> None:
    """Holds an answer against the description of its path, method and status."""
    document = facade.ask("/openapi.json").json()
    described = document["paths"][path][method.lower()]["responses"]
    assert str(answer.status_code) in described, f"{method} {path} {answer.status_code} is not described"
    content = described[str(answer.status_code)].get("content")
    if content is not None:
        schema = {**content["application/json"]["schema"], "components": document["components"]}
        Draft202012Validator(schema).validate(answer.json())


@pytest.mark.parametrize("kind", FETCH_ORDER)
def test_lists_single_objects_and_lookups_are_as_described(facade: Readable, kind: Any) -> None:
    path = f"/{kind.collection}"
    listed = facade.ask(path, params={"limit": 2})
    check(facade, path, "GET", listed)
    known = listed.json()["data"][0]["id"]
    check(facade, f"{path}/{{id}}", "GET", facade.ask(f"{path}/{known}"))
    check(facade, f"{path}/{{id}}", "GET", facade.ask(f"{path}/unknown"))
    check(facade, f"{path}/lookup", "POST", facade.ask(f"{path}/lookup", "POST", json={"ids": [known.upper(), "x"]}))
    check(facade, f"{path}/lookup", "POST", facade.ask(f"{path}/lookup", "POST", json={"ids": []}))


def test_feedback_and_subscriptions_are_as_described(facade: Readable) -> None:
    body = {"name": "Skolverket", "target": TARGET, "resourceTypes": [{"resource": "Person"}]}
    made = facade.ask("/subscriptions", "POST", json=body)
    check(facade, "/subscriptions", "POST", made)
    check(facade, "/subscriptions", "GET", facade.ask("/subscriptions"))
    one = f"/subscriptions/{made.json()['id']}"
    for method in ("GET", "PATCH", "DELETE"):
        check(facade, "/subscriptions/{id}", method, facade.ask(one, method))
    check(facade, "/subscriptions/{id}", "GET", facade.ask(one))
    check(facade, "/deletedEntities", "GET", facade.ask("/deletedEntities"))
    entry = {"message": "x", "severityLevel": "Info"}
    check(facade, "/log", "POST", facade.ask("/log", "POST", json=entry))
    counts = {"resourceType": "Person", "newCount": 1, "updatedCount": 0, "deletedCount": 0}
    check(facade, "/statistics", "POST", facade.ask("/statistics", "POST", json=counts))


@pytest.mark.parametrize("token", [None, "rubbish", "a.b.c"])
def test_refusals_are_as_described(facade: Readable, token: str | None) -> None:
    check(facade, "/persons", "GET", facade.ask("/persons", token=token))


def test_lookup_gives_those_that_are_published_once_each(facade: Readable) -> None:
    known = [found["id"] for found in facade.crawl("/persons")][:3]
    found = facade.ask("/persons/lookup", "POST", json={"ids": [*known, known[0], "x"]}).json()
    assert sorted(person["id"] for person in found) == sorted(known)
    units = facade.ask("/organisations/lookup", "POST", json={"schoolUnitCodes": ["31279295", "11111111"]}).json()
    assert [unit["schoolUnitCode"] for unit in units] == ["31279295"]


def test_a_single_object_that_the_client_has_is_not_sent_again(facade: Readable) -> None:
    path = f"/persons/{facade.get('/persons')['data'][0]['id']}"
    first = facade.ask(path)
    again = facade.ask(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert facade.ask(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_head_has_no_body_and_confirms_nothing(facade: Readable) -> None:
    answer = facade.ask("/persons", "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")


# -- whatever is asked ------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    [
        *("limit", "pageToken", "meta.modified.after", "meta.modified.before", "meta.created.after", "after"),
        *("entities", "meta.lastModified", "expandReferenceNames", "sortkey", "x"),
    ]
)
VALUES = st.one_of(
    st.text(max_size=30),
    st.integers().map(str),
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.sampled_from(
        ["2026-01-01T10:00:00 01:00", "9999-12-31T23:59:59+14:00", "Person,x", "true", "\0", "%", "é" * 99]
    ),
)
PATHS = st.one_of(
    st.sampled_from([*(f"/{kind.collection}" for kind in FETCH_ORDER), "/deletedEntities", "/subscriptions"]),
    st.text(string.printable, max_size=20).map(lambda text: "/persons/" + text),
)


@pytest.mark.long
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(PATHS, st.lists(st.tuples(NAMES, VALUES), max_size=4), st.sampled_from(["GET", "HEAD", "PUT", "DELETE"]))
def test_no_question_gets_a_500(facade: Readable, path: str, query: list[tuple[str, str]], method: str) -> None:
    from urllib.parse import quote

    headers = {"Authorization": f"Bearer {token_of(facade)}"}
    answer = facade.http.request(method, PATH + quote(path), params=query, headers=headers)
    assert answer.status_code in (200, 204, 400, 404)


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["/log", "/statistics", "/subscriptions", "/persons/lookup"]), st.binary(max_size=200))
def test_no_body_gets_a_500(facade: Readable, path: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {token_of(facade)}"}
    assert facade.http.post(PATH + path, content=body, headers=headers).status_code in (201, 400)


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=9)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=9), inner, max_size=3)),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        *("name", "target", "resourceTypes", "message", "severityLevel", "resourceType", "resourceId", "ids"),
        *("newCount", "updatedCount", "deletedCount", "timeOfOccurance", "schoolUnitCodes"),
    ]
)


@pytest.mark.long
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["/log", "/statistics", "/subscriptions", "/persons/lookup"]), st.dictionaries(FIELDS, JSON))
def test_no_json_gets_a_500(facade: Readable, path: str, body: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {token_of(facade)}"}
    assert facade.http.post(PATH + path, json=body, headers=headers).status_code in (200, 201, 400)


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(string.ascii_letters + string.digits + "._-", min_size=1, max_size=200))
def test_no_token_gets_a_500(facade: Readable, token: str) -> None:
    facade.clock.pass_(seconds=1)  # so many strangers are not looked at in one second
    answer = facade.http.get(f"{PATH}/persons", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


_TOKENS: dict[int, str] = {}


def token_of(facade: Readable) -> str:
    hour = facade.clock() // 3_600_000
    if hour not in _TOKENS:
        _TOKENS[hour] = facade.issuer.token()
    return _TOKENS[hour]
