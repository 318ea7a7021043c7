"""A page, a stranger who has not logged in, and Anna who has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.page import PASSWORD, USERS, Place, page_of


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with page_of(tmp_path, USERS) as found:
        yield found


@pytest.fixture
def stranger(place: Place) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=place.base) as http:
        yield http


@pytest.fixture
def anna(place: Place) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=place.base) as http:
        assert http.post("/login", data={"name": "anna", "password": PASSWORD}).status_code == 303
        yield http
