"""The administrators' page in a real browser, as somebody at a municipality uses it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.browser import PHONE, WIDE, Served, chromium, served, settled, violations
from support.ports import free_port
from support.world import World, world

from adapter.ss12000.types import ResourceType
from adapter.store import deeds, publish
from adapter.sync.run import sync

pytestmark = pytest.mark.long
PAGES = ("/", "/runs", "/mend", "/objects", "/client", "/held", "/mapping")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A municipality after two nights, of which the second is held: a quarter of the pupils are gone."""
    with world(tmp_path_factory.mktemp("w") / "kommun") as found:
        assert sync(found.store, found.load().inputs()).outcome == "published"
        with sqlite3.connect(found.folder / "sis.db") as rows:
            rows.execute("UPDATE ELEV SET STATUS = 'X' WHERE rowid % 4 = 0")
        assert sync(found.store, found.load().inputs()).outcome == "held"
        yield found


@pytest.fixture(scope="module")
def page_served(place: World) -> Iterator[Served]:
    with served(place.config, free_port()) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def cookies(browser: Any, page_served: Served) -> Any:
    """What a browser holds that came by the address that is good once."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(page_served.first)
    assert page.title().startswith("Läget")
    return context.storage_state()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_page_is_accessible(browser: Any, page_served: Served, cookies: Any, size: Any, scheme: str) -> None:
    page = browser.new_context(viewport=size, color_scheme=scheme, storage_state=cookies).new_page()
    for path in PAGES:
        page.goto(page_served.base + path)
        settled(page)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the screen"


def test_pages_are_read_and_forms_sent_without_javascript(browser: Any, page_served: Served, cookies: Any) -> None:
    page = browser.new_context(java_script_enabled=False, storage_state=cookies).new_page()
    page.goto(page_served.base)
    page.get_by_role("link", name="Person eller grupp").click()
    page.get_by_label("Id, personnummer").fill("Ingen känd nyckel")
    page.get_by_role("button", name="Sök").click()
    page.get_by_text("Ingen rad i källorna har just nu").wait_for(timeout=60_000)  # it loads itself again


def test_a_pupil_is_looked_up_from_the_report_to_the_rows(
    browser: Any, page_served: Served, cookies: Any, place: World
) -> None:
    page = browser.new_context(viewport=WIDE, storage_state=cookies).new_page()
    person = min(publish.digests(place.store, ResourceType.PERSON))
    page.goto(f"{page_served.base}/objects/{person}")
    assert page.get_by_text("Publicerad i version 1").is_visible()
    page.get_by_role("button", name="Visa raderna i källorna").click()
    page.get_by_role("heading", name="Rader").first.wait_for(timeout=60_000)
    assert page.get_by_role("rowheader", name="givenName").count() >= 2  # what is published, and what the row comes to
    assert violations(page) == []
    looked = deeds.latest(place.store, 3, ("looked",))
    assert {(deed.who, deed.about) for deed in looked} >= {("lokal", person)}


def test_a_key_is_found_and_stands_in_no_address(browser: Any, page_served: Served, cookies: Any, place: World) -> None:
    with sqlite3.connect(place.folder / "sis.db") as rows:
        number = rows.execute("SELECT PNR FROM ELEV WHERE STATUS = 'A' AND SKYDD = ''").fetchone()[0]
    page = browser.new_context(storage_state=cookies).new_page()
    visited: list[str] = []
    page.on("framenavigated", lambda frame: visited.append(frame.url))
    page.goto(f"{page_served.base}/objects")
    page.get_by_label("Id, personnummer").fill(number)
    page.get_by_role("button", name="Sök").click()
    page.get_by_role("heading", name="Rader").first.wait_for(timeout=60_000)
    assert number.replace(" ", "")[-4:] not in "".join(visited).replace("%20", "")
    assert number not in "".join(page_served.said)


def test_a_held_run_is_rejected_with_a_reason_and_approved_when_it_is_right(
    browser: Any, page_served: Served, cookies: Any, place: World
) -> None:
    page = browser.new_context(viewport=WIDE, storage_state=cookies).new_page()
    page.goto(page_served.base)
    page.get_by_role("link", name="Mer om det").first.click()
    assert page.get_by_text("skulle tas bort").is_visible()
    page.get_by_label("Varför?").fill("Exporten saknar en skola")
    page.get_by_role("button", name="Avvisa").click()
    assert page.get_by_text("Avvisad. Inget har ändrats").is_visible()
    assert page.get_by_role("cell", name="Exporten saknar en skola").is_visible()
    assert list(Path(place.folder / "plans").glob("*")) == []

    page.goto(f"{page_served.base}/runs")
    page.get_by_role("button", name="Kör nu").click()
    page.get_by_role("heading", name="Körningen 20").wait_for(timeout=60_000)
    assert page.get_by_text("stoppat av spärren").is_visible()

    page.goto(f"{page_served.base}/held")
    page.get_by_label("Varför?").fill("Årskurs 9 har slutat")
    page.get_by_role("button", name="Godkänn").click()
    page.get_by_role("heading", name="Körningen 20").wait_for(timeout=60_000)
    assert page.get_by_text("publicerat, ").is_visible()
    answers = deeds.latest(place.store, 2, ("approved", "rejected"))
    assert [(deed.did, deed.who, deed.reason) for deed in answers] == [
        ("approved", "lokal", "Årskurs 9 har slutat"),
        ("rejected", "lokal", "Exporten saknar en skola"),
    ]


def test_the_page_speaks_english_when_asked(browser: Any, page_served: Served, cookies: Any) -> None:
    page = browser.new_context(storage_state=cookies).new_page()
    page.goto(page_served.base)
    page.get_by_role("button", name="In English").click()
    assert page.title().startswith("Overview")
    page.goto(f"{page_served.base}/mapping")
    settled(page)
    assert page.get_by_text("The mapping fits the sources.").is_visible()
    assert page.locator("html").get_attribute("lang") == "en"
