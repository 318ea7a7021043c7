"""The pictures of docs/page.md, taken anew of an invented municipality: PYTHONPATH=tests python -m support.pictures"""

from __future__ import annotations

import socket
import sqlite3
import tempfile
from pathlib import Path

from adapter.sync.run import sync
from support.browser import PHONE, WIDE, chromium, served, settled
from support.world import world

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
PAGES = {"overview": "/", "runs": "/runs", "held": "/held", "mend": "/mend", "mapping": "/mapping"}


def take() -> None:
    """Every page wide, two of them as on a phone."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, world(Path(folder) / "kommun", pupils=400) as place:
        sync(place.store, place.load().inputs())
        with sqlite3.connect(place.folder / "sis.db") as rows:
            rows.execute("UPDATE ELEV SET STATUS = 'X' WHERE rowid % 5 = 0")
        sync(place.store, place.load().inputs())
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with served(place.config, port) as page_served, chromium() as browser:
            context = browser.new_context(viewport=WIDE, color_scheme="light")
            page = context.new_page()
            page.goto(page_served.first)
            for name, path in PAGES.items():
                page.goto(page_served.base + path)
                settled(page)
                page.screenshot(path=FOLDER / f"{name}.png", full_page=name != "mapping")
            phone = browser.new_context(viewport=PHONE, color_scheme="dark", storage_state=context.storage_state())
            page = phone.new_page()
            for name in ("overview", "mend"):
                page.goto(page_served.base + PAGES[name])
                page.screenshot(path=FOLDER / f"{name}-phone.png")


if __name__ == "__main__":
    take()
