"""Several machines on one PostgreSQL state: any of them goes on where another began."""

from __future__ import annotations

from pathlib import Path

from support import small_school
from support.databases import postgres_url
from support.readable import readable


def test_a_page_token_of_one_machine_is_good_on_another(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with (
        postgres_url() as url,
        readable(tmp_path / "one", url) as one,
        readable(tmp_path / "two", url, publish=False) as two,
    ):
        two.clock.now = one.clock()
        first = one.get("/persons", limit=5)
        rest = two.get("/persons", pageToken=first["pageToken"])
        assert len({found["id"] for found in first["data"] + rest["data"]}) == len(first["data"]) + len(rest["data"])
        assert two.crawl("/persons") == one.crawl("/persons")
        changed = small_school.tables()
        changed["elever"][0]["efternamn"] = "Nygift"
        small_school.night(one.store, changed, now=one.clock())
        assert two.crawl("/persons") == one.crawl("/persons")
