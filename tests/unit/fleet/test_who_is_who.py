"""Two organisers are never taken for one another: by address, state or secret."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import small_school

from adapter.facade.addresses import Addresses
from adapter.fleet.organisers import in_common
from adapter.settings import Settings
from adapter.settings.fleet import Fleet, Place

PARTS = st.sampled_from(("a", "b", "ab", "v2.0"))
HOSTS = st.sampled_from(("x.se", "X.se", "x.se:443", "x.se:8443", "y.se"))
URLS = st.builds(lambda host, path: "/".join([f"https://{host}", *path]), HOSTS, st.lists(PARTS, max_size=3))


def settings(number: int, base: str = "", **auth: Any) -> Settings:
    found = small_school.settings(facade={"base_url": base or f"https://x.se/{number}"}, auth=auth)
    own = found.organiser.model_copy(update={"id_namespace": uuid.UUID(int=number)})
    return found.model_copy(update={"organiser": own})


class Known:
    """What `Addresses` asks of a facade."""

    def __init__(self, base: str) -> None:
        self.settings = settings(1, base)
        self.base_path = urlsplit(self.settings.facade.base_url).path.rstrip("/")


def alike(given_: dict[str, Settings], template: str = "https://none.se/{name}") -> dict[str, str]:
    place = Place(database="postgresql+psycopg://h/d", base_url=template)  # type: ignore[arg-type]
    return in_common(Fleet(fleet=place), given_)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://x.se/a", "https://X.SE:443/a/", True),
        ("https://x.se/a", "https://x.se/a/b", True),
        ("https://x.se", "https://x.se/a", True),
        ("https://x.se/a", "https://x.se/ab", False),
        ("https://x.se/a", "https://y.se/a", False),
    ],
)
def test_addresses_that_lie_within_one_another_are_alike(one: str, other: str, same: bool) -> None:
    assert bool(alike({"a": settings(1, one), "b": settings(2, other)})) is same


def test_an_address_that_is_accepted_may_be_nobody_elses() -> None:
    taken = {"1": settings(1), "2": settings(2, accepted_base_urls=("https://x.se/1",))}
    assert alike(taken, "https://x.se/{name}").keys() == {"2"}, "whose it is keeps it"


def test_whoever_has_the_address_that_the_fleet_gives_keeps_it() -> None:
    shadowed = {"1": settings(1), "2": settings(2), "3": settings(3, "https://x.se")}
    assert alike(shadowed, "https://x.se/{name}").keys() == {"3"}


def test_the_same_secret_of_ids_is_told() -> None:
    one, two = settings(1), settings(2)
    two = two.model_copy(update={"organiser": one.organiser})
    assert "id_namespace" in alike({"a": one, "b": two})["a"]


@given(bases=st.lists(URLS, min_size=1, max_size=5), asked=URLS, beyond=st.sampled_from(("", "/", "/persons", "x")))
def test_a_request_is_whose_address_it_begins_with_or_nobodys(bases: list[str], asked: str, beyond: str) -> None:
    given_ = {str(n): settings(n + 1, base) for n, base in enumerate(bases)}
    wrong = alike(given_)
    known = [Known(base) for n, base in enumerate(bases) if str(n) not in wrong]
    addresses = Addresses(known)  # type: ignore[arg-type]
    parts = urlsplit(asked + beyond)
    scope = {"path": parts.path or "/", "headers": [(b"host", parts.netloc.encode())]}
    found = addresses.find(scope)
    mine = [each for each in known if _within(asked + beyond, each.settings.facade.base_url)]
    assert len(mine) <= 1
    assert found is (mine[0] if mine and _goes_further(parts.path, mine[0].base_path) else None)


def _within(url: str, base: str) -> bool:
    asked, known = urlsplit(url), urlsplit(base)
    same = asked.netloc.lower().removesuffix(":443") == known.netloc.lower().removesuffix(":443")
    return same and f"{asked.path}/".startswith(f"{known.path.rstrip('/')}/")


def _goes_further(path: str, base: str) -> bool:
    """There is nothing at the base address itself."""
    return path.startswith(f"{base}/") or not base
