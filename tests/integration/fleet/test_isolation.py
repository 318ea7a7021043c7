"""One process serves many organisers: what is meant for one opens nothing of another's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.fleets import Organisers, organisers_of, until

from adapter.errors import StateError
from adapter.fleet import organisers
from adapter.ss12000.types import FETCH_ORDER
from adapter.store import publish, schema
from adapter.store.engine import Servers, open_store
from adapter.store.lock import run_lock
from adapter.store.reader import Row

NAMES = ("berg", "dal", "lund")
BY_HOST = "https://lund.exempel.se/v2.0"
KEY = sa.select(schema.setting.c.value).where(schema.setting.c.name == "page_token_key")
TARGET = "https://api.skolverket.se/provtjanst/ss12000/klient/v1/webhooks/"


@dataclass
class Several:
    """Three organisers after one night, served together; what each has that another could ask for."""

    place: Organisers
    http: httpx.Client
    ids: dict[str, dict[str, str]]  # organiser -> collection -> an id
    page_tokens: dict[str, list[str]]
    subscriptions: dict[str, str]

    def address(self, name: str) -> str:
        return BY_HOST if name == "lund" else self.place.base(name)

    def ask(self, name: str, path: str, token: str, method: str = "GET", **more: Any) -> httpx.Response:
        """A request to an organiser's registered address, which for lund is a host name of its own."""
        host = {"Host": "lund.exempel.se"} if name == "lund" else {}
        base = "/v2.0" if name == "lund" else f"/{name}/v2.0"
        headers = {"Authorization": f"Bearer {token}", **host, **more.pop("headers", {})}
        return self.http.request(method, base + path, headers=headers, **more)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Several]:
    with organisers_of(tmp_path_factory.mktemp("fleet"), "berg", "dal") as place:
        place.add("lund", base=BY_HOST)
        for name in NAMES:
            assert place.sync(name).code == 0
        with place.served(), httpx.Client(base_url=f"http://127.0.0.1:{place.port}", timeout=30) as http:
            found = Several(place, http, {}, {}, {})
            for name in NAMES:
                _learn(found, name)
            yield found


def _learn(found: Several, name: str) -> None:
    token = found.place.token(found.address(name))
    found.ids[name], found.page_tokens[name] = {}, []
    for kind in FETCH_ORDER:
        page = found.ask(name, f"/{kind.collection}", token, params={"limit": 1}).json()
        if page["data"]:
            found.ids[name][kind.collection] = page["data"][0]["id"]
        found.page_tokens[name] += [page["pageToken"]] if "pageToken" in page else []
    wanted = {"name": name, "target": f"{TARGET}{name}", "resourceTypes": [{"resource": "Person"}]}
    found.subscriptions[name] = found.ask(name, "/subscriptions", token, "POST", json=wanted).json()["id"]


def somebody(page: httpx.Response, name: str) -> bool:
    """Whether anything of an organiser's is in an answer."""
    return f"{name}son" in page.text or f"/{name}" in page.text or f"@{name}." in page.text


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    """(method, path, what goes with it), of all endpoints; ids and page tokens are put in where a name stands."""
    kind = draw(st.sampled_from(FETCH_ORDER)).collection
    name, more = draw(st.sampled_from(NAMES)), {}
    method, path = draw(
        st.sampled_from(
            (
                ("GET", f"/{kind}"), ("HEAD", f"/{kind}"), ("GET", f"/{kind}?pageToken=TOKEN-{name}"),
                ("GET", f"/{kind}/ID-{name}-{kind}"), ("POST", f"/{kind}/lookup"), ("GET", "/deletedEntities"),
                ("GET", f"/deletedEntities?pageToken=TOKEN-{name}"), ("GET", "/subscriptions"),
                ("GET", f"/subscriptions/SUB-{name}"), ("PATCH", f"/subscriptions/SUB-{name}"),
                ("POST", "/log"), ("POST", "/statistics"), ("DELETE", f"/subscriptions/SUB-{name}"),
            )
        )
    )  # fmt: skip
    if method == "POST":
        more["json"] = {"ids": [f"ID-{name}-{kind}"], "message": "x", "severityLevel": "Error"}
    if draw(st.booleans()):
        more["headers"] = {"X-Forwarded-Host": "lund.exempel.se", "X-Forwarded-Prefix": f"/{name}"}
    return method, path, more


@given(asked=requests(), of=st.sampled_from(NAMES), meant=st.sampled_from(NAMES), nth=st.integers(0, 4))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_token_for_one_organiser_opens_nothing_of_anothers(
    several: Several, asked: tuple[str, str, dict[str, Any]], of: str, meant: str, nth: int
) -> None:
    method, path, more = asked
    for name in NAMES:
        tokens = several.page_tokens[name]
        path = path.replace(f"TOKEN-{name}", tokens[nth % len(tokens)])
        path = path.replace(f"SUB-{name}", several.subscriptions[name])
        for collection, found in several.ids[name].items():
            path = path.replace(f"ID-{name}-{collection}", found)
    if method == "DELETE" and of == meant:
        return  # what is its own may go
    answer = several.ask(of, path, several.place.token(several.address(meant)), method, **more)
    for other in NAMES:
        if other != meant:
            assert not somebody(answer, other), f"{method} {path} at {of} with a token for {meant}: {other}'s"
    if of != meant:
        assert answer.status_code in (403, 404), answer.text
    for name in NAMES:  # and nothing of another's was changed
        left = several.ask(name, "/subscriptions", several.place.token(several.address(name))).json()["data"]
        assert [found["id"] for found in left] == [several.subscriptions[name]]


def test_a_page_token_of_another_organiser_is_refused(several: Several) -> None:
    token = several.place.token("berg")
    for theirs in several.page_tokens["dal"]:
        answer = several.ask("berg", "/persons", token, params={"pageToken": theirs})
        assert answer.status_code == 400, answer.text


def test_one_token_may_name_several_addresses(several: Several) -> None:
    token = several.place.token("berg", "dal")
    assert "bergson" in several.ask("berg", "/persons", token).text
    assert "dalson" in several.ask("dal", "/persons", token).text
    assert several.ask("lund", "/persons", token).status_code == 403


@pytest.mark.parametrize("host", ["lund.exempel.se:8443", "dal.exempel.se", "", "LUND.exempel.se.", "127.0.0.1"])
def test_who_asks_by_another_host_name_finds_nothing(several: Several, host: str) -> None:
    token = several.place.token(BY_HOST)
    for path in ("/v2.0/persons", "/berg/v2.0/persons"):
        answer = several.http.get(path, headers={"Host": host, "Authorization": f"Bearer {token}"})
        assert answer.status_code in (400, 404), answer.text


def test_each_describes_itself_alone(several: Several) -> None:
    for name in NAMES:
        described = several.ask(name, "/openapi.json", "none").json()
        assert described["servers"] == [{"url": several.address(name)}]


def test_each_has_its_own_record_of_who_fetched(several: Several) -> None:
    several.ask("berg", "/persons", several.place.token("berg", entity_id="https://bara-berg.exempel.se"))

    def where() -> list[str]:
        wanted = "SELECT count(*) FROM {}.access WHERE caller LIKE '%%bara-berg%%'"
        return [name for name in NAMES if several.place.sql(wanted.format(name))[0][0]]

    until(where)
    assert where() == ["berg"]


def test_a_state_that_is_slow_keeps_nobody_elses_record_waiting(several: Several) -> None:
    seen = "SELECT count(*) FROM {}.access WHERE caller LIKE '%%langsam%%'"
    engine = sa.create_engine(several.place.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("LOCK TABLE berg.access IN EXCLUSIVE MODE")
        for name in ("berg", "dal"):
            token = several.place.token(name, entity_id="https://langsam.exempel.se")
            several.ask(name, "/persons", token)
        until(lambda: several.place.sql(seen.format("dal"))[0][0], 10)
        assert several.place.sql(seen.format("berg"))[0][0] == 0
    engine.dispose()
    until(lambda: several.place.sql(seen.format("berg"))[0][0], 10)


def test_requests_that_wait_for_one_state_keep_nobody_elses_waiting(several: Several) -> None:
    base, token = several.place.base("berg"), several.place.token("berg")
    entry = {"message": "x", "severityLevel": "Info", "resourceType": "Person", "resourceId": None}
    engine = sa.create_engine(several.place.url)
    with ThreadPoolExecutor(30) as threads, engine.begin() as connection:
        connection.exec_driver_sql("LOCK TABLE berg.client_log IN EXCLUSIVE MODE")
        waiting = [threads.submit(several.place.ask, f"{base}/log", token, "POST", json=entry) for _ in range(30)]
        time.sleep(0.5)
        assert not any(one.done() for one in waiting)
        began = time.monotonic()
        assert several.ask("dal", "/persons", several.place.token("dal")).status_code == 200
        assert several.ask("berg", "/persons", token).status_code == 200
        assert time.monotonic() - began < 5
        connection.rollback()
        assert {one.result().status_code for one in waiting} == {201}
    engine.dispose()


def test_the_database_itself_refuses_what_is_anothers(several: Several) -> None:
    """Every table, to read and to write, with the very connections that serve all."""
    servers, place = Servers(2), several.place
    try:
        stores = {
            name: open_store(place.url, namespace=organisers.namespace_of(place.fleet, name), servers=servers)
            for name in NAMES
        }
        for own in NAMES:
            for other in NAMES:
                for table in schema.metadata.tables:
                    for statement in (f"SELECT * FROM {other}.{table}", f"DELETE FROM {other}.{table} WHERE false"):
                        if own == other:
                            with stores[own].writing() as connection:
                                connection.exec_driver_sql(statement)
                        else:
                            with (
                                pytest.raises(StateError, match="permission denied"),
                                stores[own].writing() as connection,
                            ):
                                connection.exec_driver_sql(statement)
    finally:
        servers.close()


@given(order=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(("rows", "reading", "writing"))), max_size=40))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_shared_connections_always_read_the_state_that_is_meant(
    several: Several, order: list[tuple[str, str]], shared: tuple[Servers, dict[str, Any], dict[str, str]]
) -> None:
    _, stores, expected = shared
    for name, how in order:
        store = stores[name]
        if how == "rows":
            rows: list[Row] = store.rows(KEY, {})
            found = rows[0][0]
        elif how == "reading":
            found = store.setting("page_token_key")
        else:
            with store.writing() as connection:
                found = connection.exec_driver_sql("SELECT value FROM setting WHERE name = 'page_token_key'").scalar()
        assert found == expected[name]


@pytest.fixture(scope="module")
def shared(several: Several) -> Iterator[tuple[Servers, dict[str, Any], dict[str, str]]]:
    servers, place = Servers(2), several.place
    own = {name: organisers.namespace_of(place.fleet, name) for name in NAMES}
    stores = {name: open_store(place.url, namespace=own[name], servers=servers) for name in NAMES}
    expected = {
        name: place.sql(f"SELECT value FROM {name}.setting WHERE name = 'page_token_key'")[0][0] for name in NAMES
    }
    assert len(set(expected.values())) == len(NAMES)
    yield servers, stores, expected
    servers.close()


def test_one_organisers_run_keeps_nobody_else_waiting(shared: tuple[Servers, dict[str, Any], dict[str, str]]) -> None:
    _, stores, _ = shared
    with run_lock(stores["berg"]):
        with run_lock(stores["dal"]):
            pass
        with pytest.raises(StateError, match="another run is going on"), run_lock(stores["berg"]):
            pass
    with stores["berg"].writing() as one, stores["dal"].writing() as other:
        publish.next_stamp(one, 1)
        publish.next_stamp(other, 1)  # would wait for ever


def test_what_is_published_is_each_ones_own(several: Several) -> None:
    place = several.place
    for name in NAMES:
        store = open_store(place.url, namespace=organisers.namespace_of(place.fleet, name))
        persons = publish.documents(store)
        store.close()
        names = {
            person["familyName"] for kind in persons for person in persons[kind].values() if "familyName" in person
        }
        assert names == {f"{name}son"}
