"""A real catalogue (slapd) with 1,000 pupils that gives 200 at a time: all of them come, over TLS, or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from support.catalogues import ADMIN, BASE, HAS_BONSAI, SECRET, Catalogue, catalogue

from connectors.base import SourceError
from connectors.registry import OptionsError, create

if not HAS_BONSAI:
    pytest.skip("pip install '.[ldap]'", allow_module_level=True)
from connectors.ldap.connector import LdapOptions, LdapTable
from connectors.ldap.ranges import whole
from connectors.ldap.values import text

PAGED = "size=200 size.pr=500 size.prtotal=unlimited"
COLUMNS = {"id": "uid", "namn": "givenName", "enheter": "ou", "dn": "dn"}


def pupil(number: int) -> dict[str, list[str | bytes]]:
    return {
        "dn": [f"uid=e{number},ou=elever,{BASE}"],
        "objectClass": ["inetOrgPerson"],
        "uid": [f"e{number}"],
        "cn": [f"Åsa {number}"],
        "givenName": [f"Åsa {number}"],
        "sn": ["Öberg"],
        "ou": ["ou=norra,dc=x", "ou=södra,dc=x"] if number % 2 else ["ou=norra,dc=x"],
        "jpegPhoto": [b"\xff\xd8\xff"] if number == 7 else [],
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    with catalogue(tmp_path_factory.mktemp("slapd"), map(pupil, range(1000)), PAGED) as found:
        yield found


def rows(server: Catalogue, **options: Any) -> list[tuple[str | None, ...]]:
    given = {
        "connector": "ldap",
        "url": server.tls,
        "ca": str(server.ca),
        "user": ADMIN,
        "password": SECRET,
        "base": f"ou=elever,{BASE}",
        "filter": "(objectClass=inetOrgPerson)",
        "columns": COLUMNS,
        **options,
    }
    connector = create("elever", {key: value for key, value in given.items() if value is not None})
    with connector.open() as table:
        return [tuple(row) for batch in table.batches(table.columns) for row in batch.rows]


def test_all_pupils_come_though_the_catalogue_gives_two_hundred_at_a_time(server: Catalogue) -> None:
    found = rows(server, page_size=150)
    assert sorted(found) == sorted(
        (
            f"e{n}",
            f"Åsa {n}",
            "ou=norra,dc=x|ou=södra,dc=x" if n % 2 else "ou=norra,dc=x",
            f"uid=e{n},ou=elever,{BASE}",
        )
        for n in range(1000)
    )


def test_a_page_larger_than_the_catalogue_gives_is_told(server: Catalogue) -> None:
    with pytest.raises(SourceError, match=r"S124 the catalogue stopped at a limit of its own.*page_size"):
        rows(server, page_size=1000)


def test_a_catalogue_that_stops_after_some_is_told_and_gives_no_half_school(tmp_path: Path) -> None:
    limits = "size=200 size.pr=300 size.prtotal=400"
    with (
        catalogue(tmp_path, map(pupil, range(1000)), limits) as found,
        pytest.raises(SourceError, match="S124 the catalogue stopped at a limit of its own"),
    ):
        rows(found, page_size=150)


def test_start_tls_is_spoken_where_the_address_is_plain(server: Catalogue) -> None:
    assert len(rows(server, url=server.plain)) == 1000


def test_a_certificate_that_nobody_vouches_for_is_refused(server: Catalogue) -> None:
    for url in (server.tls, server.plain):
        with pytest.raises(SourceError, match=r"S121.*certificate") as told:
            rows(server, url=url, ca=None)
        assert SECRET not in str(told.value)


def test_a_certificate_of_another_name_is_refused(server: Catalogue) -> None:
    with pytest.raises(SourceError, match="S121"):
        rows(server, url=server.tls.replace("127.0.0.1", "127.0.0.2"))
    other = server.tls.replace("127.0.0.1", "localhost.localdomain")
    with pytest.raises(SourceError, match="S121"):
        rows(server, url=other)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"password": "fel"}, "S121 the catalogue does not let us in: Invalid credentials"),
        ({"columns": {"id": "uidd"}}, 'S122 the catalogue has no attribute "uidd". Did you mean "uid"?'),
        ({"base": "ou=larare,dc=kommun,dc=example"}, 'S122 there is no "ou=larare,'),
        ({"filter": "(uid="}, "S122 `filter` is no filter"),
        ({"columns": {"bild": "jpegPhoto"}}, 'S125 the column "bild" (jpegPhoto) holds bytes'),
        ({"url": "ldaps://127.0.0.1:9"}, "S121"),
    ],
)
def test_what_is_wrong_is_told_without_the_password(server: Catalogue, options: dict[str, Any], told: str) -> None:
    with pytest.raises(SourceError) as caught:
        rows(server, **options)
    assert told in str(caught.value)
    assert SECRET not in str(caught.value)


def test_nobody_sees_nothing(server: Catalogue) -> None:
    with pytest.raises(SourceError, match="or we may not see it"):
        rows(server, user=None, password=None)


def test_entries_can_be_counted_without_a_column(server: Catalogue) -> None:
    options = {"url": server.tls, "ca": str(server.ca), "user": ADMIN, "password": SECRET, "base": BASE}
    connector = create("elever", {"connector": "ldap", "columns": COLUMNS, "filter": "(uid=e1*)", **options})
    with connector.open() as table:
        assert sum(len(batch.rows) for batch in table.batches([])) == 111


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"url": "ldap://katalog.example", "tls": "off"}, "for ldap:// to this machine alone"),
        ({"url": "https://katalog.example"}, "no address of a catalogue"),
        ({"user": "cn=x"}, "`user` and `password` belong together"),
    ],
)
def test_options_that_would_tell_others_are_refused(options: dict[str, str], told: str) -> None:
    given = {"connector": "ldap", "url": "ldaps://k.example", "base": "dc=x", "columns": {"a": "b"}, **options}
    with pytest.raises(OptionsError, match=told):
        create("elever", given)


class Fake:
    """A stand-in for Active Directory, which gives long lists in parts: no such server runs here."""

    def __init__(self, members: list[bytes]) -> None:
        self.members, self.asked, self.entries = members, list[str](), list[Entry]()

    def part(self, first: int) -> dict[str, list[bytes]]:
        last = first + 1499
        name = f"member;range={first}-{last if last + 1 < len(self.members) else '*'}"
        return {name: self.members[first : last + 1]}

    def paged_search(self, *asked: object, **how: object) -> list[Entry]:
        return self.entries

    def search(self, dn: str, scope: int, filter_exp: str, attributes: list[str]) -> list[dict[str, list[bytes]]]:
        self.asked += attributes
        return [self.part(int(attributes[0].partition("=")[2].partition("-")[0]))]


class Entry(dict[str, list[bytes]]):
    dn = "cn=alla,dc=x"


@pytest.mark.parametrize("count", [1, 1500, 1501, 4000])
def test_a_group_of_more_members_than_come_at_a_time_is_whole(count: int) -> None:
    fake = Fake([f"cn={n}".encode() for n in range(count)])
    found = whole(Entry(fake.part(0)), fake)
    assert found == {"member": fake.members}
    assert len(fake.asked) == (count - 1) // 1500


def test_a_group_whose_members_come_in_parts_is_one_row() -> None:
    fake = Fake([f"cn={n}".encode() for n in range(2000)])
    fake.entries = [Entry(fake.part(0))]
    options = {"url": SecretStr("ldaps://k"), "base": "dc=x", "columns": {"medlemmar": "member"}}
    (batch,) = LdapTable("grupper", fake, LdapOptions.model_validate(options)).batches(["medlemmar"])  # type: ignore[arg-type]
    assert [(cell or "").count("|") for cell in batch.rows[0]] == [1999]


@pytest.mark.parametrize(
    ("attribute", "value", "shown"),
    [
        ("objectGUID", bytes.fromhex("3325b92e4f0a5142b1d1c4a1f0e0d0c0"), "2eb92533-0a4f-4251-b1d1-c4a1f0e0d0c0"),
        ("objectSid", bytes.fromhex("010200000000000520000000e8030000"), "S-1-5-32-1000"),
        ("whenCreated", b"20260817063000.0Z", "2026-08-17 06:30:00"),
        ("telephoneNumber", "08-åäö".encode(), "08-åäö"),
        ("employeeID", b"200901272385", "200901272385"),
    ],
)
def test_values_of_active_directory_are_texts_that_other_systems_write(
    attribute: str, value: bytes, shown: str
) -> None:
    assert text(attribute, value) == shown
