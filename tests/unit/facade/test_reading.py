"""Lists, pages, filters, deletions: what Skolverket's client relies on."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import small_school
from support.databases import postgres_url
from support.readable import PATH, Readable, readable

from adapter.facade.query import parse_time
from adapter.simulator import checks
from adapter.ss12000.types import FETCH_ORDER
from adapter.ss12000.types import ResourceType as R

COUNTS = {R.ORGANISATION: 1, R.PERSON: 12, R.GROUP: 3, R.DUTY: 1, R.ACTIVITY: 1}


@pytest.fixture(params=["sqlite", "postgres"])
def facade(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Readable]:
    if request.param == "sqlite":
        with readable(tmp_path) as found:
            yield found
        return
    with postgres_url() as url, readable(tmp_path, url) as found:
        yield found


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Readable]:
    with readable(tmp_path) as found:
        yield found


@pytest.mark.parametrize("limit", [1, 2, 5, 12, 13, None])
def test_every_object_comes_once_whatever_the_limit(facade: Readable, limit: int | None) -> None:
    for kind in FETCH_ORDER:
        found = facade.crawl(f"/{kind.collection}", **({"limit": limit} if limit else {}))
        assert len({entry["id"] for entry in found}) == len(found) == COUNTS[kind]


def test_every_object_follows_the_profile(facade: Readable) -> None:
    for kind in FETCH_ORDER:
        for entry in facade.crawl(f"/{kind.collection}"):
            assert checks.violations(kind, entry) == []


def test_a_full_last_page_has_no_token(quick: Readable) -> None:
    assert "pageToken" not in quick.get("/persons", limit=12)
    assert "pageToken" in quick.get("/persons", limit=11)


def test_one_object_is_bare_and_an_unknown_one_is_404(facade: Readable) -> None:
    entry = facade.crawl("/persons")[0]
    assert facade.get(f"/persons/{entry['id'].upper()}") == entry
    for unknown in ("00000000-0000-4000-8000-000000000000", "nonsense", entry["id"] + "x"):
        assert facade.ask(f"/persons/{unknown}").status_code == 404


def test_after_is_exclusive_and_before_is_inclusive(facade: Readable) -> None:
    stamp = facade.crawl("/persons")[0]["meta"]["modified"]
    earlier = stamp.replace(".000Z", ".999999Z").replace(":20.", ":19.") if ":20." in stamp else None
    assert facade.crawl("/persons", **{"meta.modified.after": stamp}) == []
    assert len(facade.crawl("/persons", **{"meta.modified.before": stamp})) == 12
    assert len(facade.crawl("/persons", **{"meta.created.before": stamp, "limit": 5})) == 12
    assert facade.crawl("/persons", **{"meta.created.after": stamp}) == []
    if earlier:
        assert len(facade.crawl("/persons", **{"meta.modified.after": earlier, "limit": 5})) == 12


def test_a_delta_is_what_was_published_since(facade: Readable) -> None:
    before = facade.clock()
    found = small_school.tables()
    found["elever"][0]["fornamn"] = "Nynamn"
    small_school.night(facade.store, found, now=facade.clock() + 60_000)
    since = "1970-01-01T00:00:00Z"
    assert len(facade.crawl("/persons", **{"meta.modified.after": since, "limit": 5})) == 12
    moment = facade.get("/persons", **{"meta.modified.after": _iso(before), "limit": 5})
    assert [entry["givenName"] for entry in moment["data"]] == ["Nynamn"]
    assert facade.crawl("/groups", **{"meta.modified.after": _iso(before)}) == []


def test_deletions_are_told_inclusively_until_the_object_lives_again(facade: Readable) -> None:
    found = small_school.tables()
    gone = found["elever"].pop(0)
    small_school.night(facade.store, found, now=facade.clock(), **small_school.OPEN_GATE)
    page = facade.get("/deletedEntities", after=_iso(facade.clock()))
    assert list(page["data"]) == ["persons"]
    assert facade.get("/deletedEntities", after=_iso(facade.clock() + 5000)) == {"data": {}}
    assert facade.get("/deletedEntities", entities="Group,Duty") == {"data": {}}
    assert len(facade.get("/deletedEntities", entities="group,PERSONS")["data"]["persons"]) == 1
    found["elever"].append(gone)
    small_school.night(facade.store, found, now=facade.clock(), **small_school.OPEN_GATE)
    assert facade.get("/deletedEntities") == {"data": {}}


def test_deleted_activities_come_under_both_spellings(quick: Readable) -> None:
    found = small_school.tables()
    found["grupper"][0]["prov"] = ""
    small_school.night(quick.store, found, now=quick.clock(), **small_school.OPEN_GATE)
    data = quick.get("/deletedEntities")["data"]
    assert data["activities"] == data["activitites"] != []


def test_deletions_are_paged_to_the_end(quick: Readable) -> None:
    found = small_school.tables()
    del found["elever"][2:]
    small_school.night(quick.store, found, now=quick.clock(), **small_school.OPEN_GATE)
    page = quick.get("/deletedEntities", limit=3)
    gone = list(page["data"]["persons"])
    while "pageToken" in page:
        page = quick.get("/deletedEntities", pageToken=page["pageToken"])
        gone.extend(page["data"].get("persons", ()))
    assert len(gone) == len(set(gone)) == 9


def test_a_crawl_loses_nothing_though_nights_pass_between_its_pages(quick: Readable) -> None:
    page = quick.get("/persons", limit=4)
    seen = {entry["id"] for entry in page["data"]}
    throughout = {entry["id"] for entry in quick.crawl("/persons")}
    found = small_school.tables()
    while "pageToken" in page:
        found["elever"][5]["fornamn"] += "x"  # type: ignore[operator]
        newcomer = {**found["elever"][0], "guid": f"new{len(seen)}", "pnr": small_school.number("20140301", len(seen))}
        found["elever"].append(newcomer)
        found["ad"].append({"pnr": newcomer["pnr"], "eppn": f"n{len(seen)}@edu.exempel.se"})
        small_school.night(quick.store, found, now=quick.clock(), **small_school.OPEN_GATE)
        page = quick.get("/persons", pageToken=page["pageToken"])
        seen |= {entry["id"] for entry in page["data"]}
    assert throughout <= seen


@pytest.mark.parametrize(
    "parameters",
    [
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "many"},
        {"limit": "1.5"},
        {"meta.modified.after": "yesterday"},
        {"meta.modified.after": "2026-01-01T10:00:00"},
        {"meta.created.before": "2026-13-01T10:00:00Z"},
        {"pageToken": "made-up"},
        {"pageToken": "å"},
        {"pageToken": ""},
        {"pageToken": "A" * 5000},
    ],
)
def test_wrong_parameters_are_told_which_and_why(quick: Readable, parameters: dict[str, str]) -> None:
    answer = quick.ask("/persons", params=parameters)
    assert answer.status_code == 400
    body = answer.json()
    assert body["code"] == "400"
    assert body["error"] == {"code": 400, "message": body["message"]}
    assert next(iter(parameters)).split(".")[-1] in body["message"]


def test_a_token_carries_its_filters_and_suffers_none_beside_it(quick: Readable) -> None:
    token = quick.get("/persons", limit=5)["pageToken"]
    for name in ("meta.modified.after", "meta.created.before", "meta.lastModified"):
        assert quick.ask("/persons", params={"pageToken": token, name: "2026-01-01T00:00:00Z"}).status_code == 400
    assert len(quick.get("/persons", pageToken=token, limit=2)["data"]) == 2
    assert quick.ask("/groups", params={"pageToken": token}).status_code == 400
    changed = token[:-4] + ("AAAA" if not token.endswith("AAAA") else "BBBB")
    assert quick.ask("/persons", params={"pageToken": changed}).status_code == 400


def test_unknown_parameters_are_passed_over(quick: Readable) -> None:
    odd = {"expand": "duties", "expandReferenceNames": "true", "sortkey": "ModifiedDesc", "x": "y"}
    assert len(quick.crawl("/persons", **odd)) == 12


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01T10:00:00Z", 1767261600000),
        ("2026-01-01T11:00:00+01:00", 1767261600000),
        ("2026-01-01T11:00:00 01:00", 1767261600000),
        ("2026-01-01T10:00:00.123456789Z", 1767261600123),
        ("2026-01-01t10:00:00z", 1767261600000),
        ("2026-01-01T10:00:00", None),
        ("0001-01-01T00:00:00+14:00", -62135647200000),
        ("", None),
    ],
)
def test_times_are_read_as_clients_write_them(text: str, expected: int | None) -> None:
    assert parse_time(text) == expected


def test_a_slash_at_the_end_changes_nothing(quick: Readable) -> None:
    answer = quick.ask("/persons/", params={"limit": 3}, follow_redirects=False)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/persons"), ("DELETE", "/persons"), ("GET", "/nothing"), ("PUT", "/log"), ("GET", "/")],
)
def test_what_is_not_there_is_404(quick: Readable, method: str, path: str) -> None:
    answer = quick.ask(path, method)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == 404


def test_head_answers_like_get_without_a_body(quick: Readable) -> None:
    answer = quick.ask("/persons", "HEAD")
    assert answer.status_code == 200
    assert answer.content == b""


def test_large_answers_are_packed_for_those_who_take_it(quick: Readable) -> None:
    with quick.http.stream(
        "GET",
        f"{PATH}/persons",
        headers={"Authorization": f"Bearer {quick.issuer.token()}", "Accept-Encoding": "gzip"},
    ) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw).startswith(b'{"data":[')


def test_until_something_is_published_everything_waits(tmp_path: Path) -> None:
    with readable(tmp_path, publish=False) as facade:
        for path in ("/persons", "/deletedEntities", "/subscriptions"):
            answer = facade.ask(path)
            assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
        assert facade.http.get("/health/ready").status_code == 503
        assert facade.http.get("/health/live").status_code == 200
        small_school.night(facade.store, small_school.tables())
        assert len(facade.crawl("/persons")) == 12
        assert facade.http.get("/health/ready").json() == {"status": "ready", "version": 1}


def test_the_description_of_the_api_names_every_path_and_is_true(quick: Readable) -> None:
    document = quick.http.get(f"{PATH}/openapi.json").json()
    for path, operations in document["paths"].items():
        for method in operations:
            answer = quick.ask(path.replace("{id}", "00000000-0000-4000-8000-000000000000"), method.upper(), json={})
            expected = set(operations[method]["responses"])
            assert str(answer.status_code) in expected, f"{method} {path}"
    person = document["components"]["schemas"]["Person"]
    for entry in quick.crawl("/persons"):
        assert set(entry) <= set(person["properties"])
        assert set(person["required"]) <= set(entry)


def test_the_description_says_what_may_be_asked_and_with_what_right(quick: Readable) -> None:
    document = quick.http.get(f"{PATH}/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["security"] == [{"bearer": []}], f"{method} {path}"
    asked = {
        given["name"]: given["schema"].get("format") for given in document["paths"]["/groups"]["get"]["parameters"]
    }
    times = [f"meta.{what}.{when}" for what in ("created", "modified") for when in ("after", "before")]
    assert asked == {**dict.fromkeys(times, "date-time"), "limit": None, "pageToken": None}
    body = document["paths"]["/subscriptions"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert sorted(body["required"]) == ["name", "resourceTypes", "target"]
    deleted = {given["name"] for given in document["paths"]["/deletedEntities"]["get"]["parameters"]}
    assert deleted == {"after", "entities", "limit", "pageToken"}


def _iso(milliseconds: int) -> str:
    from adapter.store.stored import timestamp

    return timestamp(milliseconds)
