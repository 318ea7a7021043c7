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

PARTS = st.sampled_from(("a", "b", "ab", "v2.0"))
HOSTS = st.sampled_from(("x.se", "X.se", "x.se:443", "x.se:8443", "y.se"))
URLS = st.builds(lambda host, path: "/".join([f"https://{host}", *path]), HOSTS, st.lists(PARTS, max_size=3))


def settings(number: int, base: str = "", state: str = "", **auth: Any) -> Settings:
    found = small_school.settings(
        facade={"base_url": base or f"https://x.se/{number}"},
        state={"url": state or f"sqlite:///{number}.db"},
        auth=auth,
    )
    own = found.organiser.model_copy(update={"id_namespace": uuid.UUID(int=number)})
    return found.model_copy(update={"organiser": own})


class Known:
    """What `Addresses` asks of a facade."""

    def __init__(self, base: str) -> None:
        self.settings = settings(1, base)
        self.base_path = urlsplit(self.settings.facade.base_url).path.rstrip("/")


def test_what_two_have_in_common_is_told_of_both() -> None:
    assert in_common({"a": settings(1), "b": settings(2)}) == {}
    found = in_common(
        {"a": settings(1, state="sqlite:///x.db"), "b": settings(2, state="sqlite:///x.db"), "c": settings(3)}
    )
    assert found.keys() == {"a", "b"}
    assert "state.url and state.schema" in found["a"]
    assert "b's" in found["a"]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("https://x.se/a", "https://X.SE:443/a/", True),
        ("https://x.se/a", "https://x.se/a/b", True),
        ("https://x.se", "https://x.se/a", True),
        ("https://x.se/a", "https://x.se/ab", False),
        ("https://x.se/a", "https://y.se/a", False),
    ],
)
def test_addresses_that_lie_within_one_another_are_alike(one: str, other: str, alike: bool) -> None:
    assert bool(in_common({"a": settings(1, one), "b": settings(2, other)})) is alike


def test_an_address_that_is_accepted_may_be_nobody_elses() -> None:
    wrong = in_common({"a": settings(1), "b": settings(2, accepted_base_urls=("https://x.se/1",))})
    assert wrong.keys() == {"a", "b"}


def test_the_same_secret_of_ids_is_told() -> None:
    one, two = settings(1), settings(2)
    two = two.model_copy(update={"organiser": one.organiser})
    assert "id_namespace" in in_common({"a": one, "b": two})["a"]


@given(bases=st.lists(URLS, min_size=1, max_size=5), asked=URLS, beyond=st.sampled_from(("", "/", "/persons", "x")))
def test_a_request_is_whose_address_it_begins_with_or_nobodys(bases: list[str], asked: str, beyond: str) -> None:
    given_ = {str(n): settings(n + 1, base) for n, base in enumerate(bases)}
    wrong = in_common(given_)
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
