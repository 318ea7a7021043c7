"""A real browser on the administrators' page: Debian's chromium, driven by playwright, examined by axe.

Without chromium the test is skipped, except in CI, where that is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from support.shell import COMMAND

_CHROMIUM = shutil.which("chromium")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, PHONE = {"width": 1100, "height": 800}, {"width": 390, "height": 800}
PATIENCE = 60_000  # ms for a command that a page has begun


@dataclass
class Served:
    """`serve --admin` as a process: the address to open first, and what it has said on stderr."""

    first: str
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return re.match(r"https?://[^/]+", self.first)[0]  # type: ignore[index]


@contextmanager
def served(config: Path, port: int, *words: str) -> Iterator[Served]:
    """The page, until the block is left."""
    command = [*COMMAND, "--config", str(config), "serve", "--admin", f"127.0.0.1:{port}", *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=config.parent)
    assert process.stderr is not None
    said: list[str] = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(rf"https?://127\.0\.0\.1:{port}/\S*", line):
            break
    else:
        raise AssertionError("".join(said))
    rest = threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True)
    rest.start()
    try:
        yield Served(found[0], process, said)
    finally:
        process.terminate()
        process.wait(30)
        rest.join(30)
        process.stderr.close()


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser."""
    if _CHROMIUM is None:
        reason = "chromium is not installed (Debian: chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


def settled(page: Any) -> None:
    """Until what the page waits for has ended: it loads itself again."""
    page.locator("meta[http-equiv=refresh]").wait_for(state="detached", timeout=PATIENCE)


def violations(page: Any) -> list[str]:
    """What axe finds: rule, and where."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": _RULES}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
