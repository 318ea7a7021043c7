"""The state on both kinds of database: what lies in it, what an earlier version left, and connections that die."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from support import small_school
from support.databases import postgres_url

from adapter.errors import StateError
from adapter.ss12000.types import FETCH_ORDER
from adapter.ss12000.types import ResourceType as R
from adapter.store import deeds, feedback, keepsake, pages, past, publish, retention, schema, soundness
from adapter.store.deeds import Deed
from adapter.store.engine import Store, open_store, write_setting
from adapter.store.feedback import Access, Recorder
from adapter.store.stored import timestamp, with_meta, without_meta

HOUR = 3_600_000


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/state.db"
        return
    with postgres_url() as found:
        yield found


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    small_school.night(opened, small_school.tables())
    yield opened
    opened.close()


def everything(store: Store) -> dict[R, bytes]:
    return {kind: pages.read(store, pages.ListQuery(kind, 1000)).bodies for kind in FETCH_ORDER}


def test_a_sound_state_is_sound_and_a_changed_document_is_found(store: Store) -> None:
    assert soundness.check(store) == []
    assert soundness.size(store) > 10_000
    table = schema.published[R.PERSON]
    with store.writing() as connection:
        one = connection.execute(sa.select(table.c.id, table.c.body)).first()
        assert one is not None
        changed = bytes(one.body).replace(b"givenName", b"givenNane")
        connection.execute(sa.update(table).where(table.c.id == one.id).values(body=changed))
    assert soundness.check(store) == [f"Person {one.id}: not what was published"]
    with pytest.raises(StateError, match="the state is damaged"):
        publish.bodies(store, R.PERSON, [one.id])


def test_a_body_carries_the_times_that_stand_beside_it_after_every_kind_of_change(store: Store) -> None:
    changed = small_school.tables()
    changed["elever"][0]["efternamn"] = "Nygift"
    small_school.night(store, changed, now=small_school.NOW + HOUR)
    assert publish.restamp(store, 1, small_school.NOW + 2 * HOUR) == 1
    times = set()
    with store.reading() as connection:
        for table in schema.published.values():
            for row in connection.execute(sa.select(table.c.created, table.c.modified, table.c.body)):
                meta = f'{{"meta":{{"created":"{timestamp(row.created)}","modified":"{timestamp(row.modified)}"}},"id":'
                assert bytes(row.body).startswith(meta.encode())
                times.add((row.created, row.modified))
    assert times == {(small_school.NOW, small_school.NOW), (small_school.NOW, small_school.NOW + 2 * HOUR)}


def test_what_a_run_leaves_is_gone_by_and_nothing_of_an_earlier_night_stays(store: Store) -> None:
    tables = small_school.tables()
    tables["elever"][3]["efternamn"] = "Nygift"
    report = small_school.night(store, tables, now=small_school.NOW + HOUR)
    assert 0 < report.whole_at < report.started
    assert report.types[R.PERSON].updated == 1
    assert keepsake.Bodies(store)("Person ids")
    keepsake.write(store, [("one", b"1" * 100_000), ("two", b"")])
    keepsake.write(store, [("one", None), ("three", b"3")])
    assert [keepsake.Bodies(store)(name) for name in ("one", "two", "three")] == [b"1" * 100_000, b"", b"3"]
    assert not keepsake.Bodies(store)("Person ids")


def test_a_document_comes_out_of_the_state_as_it_went_in(store: Store) -> None:
    document = b'{"id":"a","displayName":"\xc3\x85sa"}'
    assert without_meta(with_meta(document, 0, 253_402_300_799_999)) == document
    for kind in FETCH_ORDER:
        for object_id, body in publish.bodies(store, kind, list(publish.digests(store, kind))).items():
            assert body.startswith(f'{{"id":"{object_id}"'.encode())


def test_a_state_of_schema_1_is_taken_over_whole(url: str, store: Store) -> None:
    before = everything(store)
    with store.writing() as connection:  # as the version before left it: bodies without meta
        for table in schema.published.values():
            for rid, body in connection.execute(sa.select(table.c.rid, table.c.body)).all():
                connection.execute(sa.update(table).where(table.c.rid == rid).values(body=without_meta(bytes(body))))
        write_setting(connection, "schema_version", "1")
    assert everything(store) != before
    for _ in range(2):  # and once only
        opened = open_store(url)
        assert everything(opened) == before
        opened.close()
    report = small_school.night(store, small_school.tables(), now=small_school.NOW + HOUR)
    assert report.outcome == "unchanged"


def test_a_state_of_schema_2_keeps_earlier_versions_from_then_on(url: str, store: Store) -> None:
    before = everything(store)
    with store.writing() as connection:  # as the version before left it: without what has come since
        schema.metadata.drop_all(connection, [schema.past, schema.deed, schema.absent, schema.alias])
        connection.execute(sa.delete(schema.setting).where(schema.setting.c.name == schema.HISTORY_FROM))
        write_setting(connection, "schema_version", "2")
    opened = open_store(url)
    assert everything(opened) == before
    assert past.oldest(opened) == pages.current_version(opened)
    rows = small_school.tables()
    rows["elever"][0]["efternamn"] = "Nygift"
    assert small_school.night(opened, rows, now=small_school.NOW + HOUR).outcome == "published"
    assert past.versions(opened)[0].updated == 1
    opened.close()


def test_the_pages_of_one_list_are_remembered_together_and_no_object_is_forgotten(store: Store) -> None:
    recorder = Recorder(store)
    for number in range(5):
        recorder.record(Access(10 + number, "Skolverket", "persons", "full", 100, number == 4, 10, 0))
    recorder.record(Access(11, "another", "persons", "full", 7, False, 10, 0))
    recorder.flush()
    columns = schema.access.c
    with store.reading() as connection:
        found = connection.execute(sa.select(columns.caller, columns.at, columns.objects, columns.last_page)).all()
    assert sorted(map(tuple, found)) == [
        ("Skolverket", 13, 400, False),
        ("Skolverket", 14, 100, True),
        ("another", 11, 7, False),
    ]


def test_accesses_that_could_not_be_written_are_written_later(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(store)
    recorder.record(Access(1, "Skolverket", "persons", "full", 100, False, 1, 0))
    with monkeypatch.context() as broken:
        broken.setattr(recorder, "_insert", "INSERT INTO nothing VALUES (1)")
        with pytest.raises(StateError):
            recorder.flush()
    recorder.record(Access(2, "Skolverket", "persons", "full", 50, False, 1, 0))
    recorder.flush()
    with store.reading() as connection:
        assert connection.execute(sa.select(sa.func.sum(schema.access.c.objects))).scalar() == 150


def test_a_page_is_read_though_every_kept_connection_has_died() -> None:
    with postgres_url() as url:
        store = open_store(url)
        small_school.night(store, small_school.tables())
        before = everything(store)
        with store.engine.connect() as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            connection.exec_driver_sql(f"{others} AND pid <> pg_backend_pid()")
        assert everything(store) == before
        store.close()


def test_many_readers_at_once_leave_room_for_whoever_writes_and_nothing_half_written() -> None:
    with postgres_url() as url:
        store = open_store(url)
        small_school.night(store, small_school.tables())
        together = threading.Barrier(12)

        def read() -> dict[R, bytes]:
            together.wait()
            return everything(store)

        with ThreadPoolExecutor(12) as pool:
            found = [one.result() for one in [pool.submit(read) for _ in range(12)]]
        assert all(one == found[0] for one in found)
        with ExitStack() as writers:
            for number in range(8):
                connection = writers.enter_context(store.engine.connect())
                write_setting(connection, f"half {number}", "written")
        assert [store.setting(f"half {number}") for number in range(8)] == [""] * 8
        store.close()


def test_records_go_when_they_are_older_than_is_chosen(store: Store) -> None:
    day, now = 86_400_000, 1_000 * 86_400_000
    recorder = Recorder(store)
    for days in (5, 15):
        at = now - days * day
        recorder.record(Access(at, "S", "persons", "full", 1, True, at, 0))
        feedback.store_log(store, {"message": "x"}, "Error", at)
        feedback.store_statistics(store, {"newCount": 1}, "Person", at)
        deeds.record(store, Deed(at, "anna", "looked", "x"))
    recorder.flush()
    retention.expire(store, now, retention.Kept(10 * day, 20 * day, 4 * day))
    counts = []
    with store.reading() as connection:
        for table in (schema.access, schema.client_log, schema.client_statistics, schema.deed):
            counts.append(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
    assert counts == [1, 2, 2, 0]
