"""Files that another machine has come whole, from the server that is meant, or not at all."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from support.far_files import PASSWORD, TOKEN, Https, Sftp, https, sftp

from connectors.base import SourceError
from connectors.registry import OptionsError, create

ELEVER = "id;namn\n1;Åsa\n".encode("cp1252")


def read(path: str, **options: Any) -> list[tuple[str | None, ...]]:
    with create("elever", {"connector": "csv", "path": path, **options}).open() as table:
        return [tuple(row) for batch in table.batches(list(table.columns)) for row in batch.rows]


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    (folder / "ut").mkdir(parents=True)
    (folder / "ut" / "elever_2026-08-16.csv").write_bytes(b"id;namn\n1;Bo\n")
    (folder / "ut" / "elever_2026-08-17.csv").write_bytes(ELEVER)
    (folder / "ut" / "larare.csv").write_bytes(b"id\n9\n")
    os.utime(folder / "ut" / "elever_2026-08-17.csv", (1, 1))
    return folder


@pytest.fixture
def server(disk: Path, tmp_path: Path) -> Iterator[Sftp]:
    with sftp(disk, tmp_path) as found:
        yield found


def test_a_file_comes_by_sftp_with_a_key(server: Sftp) -> None:
    access = {"host_key": server.host_key, "key": str(server.key)}
    assert read(f"{server.address}/ut/elever_2026-08-17.csv", access=access) == [("1", "Åsa")]


def test_a_file_comes_by_sftp_with_a_password(server: Sftp) -> None:
    access = {"host_key": server.host_key, "password": PASSWORD}
    assert read(f"{server.address}/ut/larare.csv", access=access) == [("9",)]


def test_of_a_pattern_all_come_or_the_newest(server: Sftp) -> None:
    access, pattern = {"host_key": server.host_key, "key": str(server.key)}, f"{server.address}/ut/elever_*.csv"
    assert read(pattern, access=access) == [("1", "Bo"), ("1", "Åsa")]
    assert read(pattern, access=access, newest="name") == [("1", "Åsa")]
    assert read(pattern, access=access, newest="time") == [("1", "Bo")]


def test_a_far_file_is_as_old_as_its_server_says(server: Sftp) -> None:
    access = {"host_key": server.host_key, "key": str(server.key)}
    options = {"connector": "csv", "path": f"{server.address}/ut/elever_2026-08-17.csv", "access": access}
    with create("elever", options).open() as table:
        assert table.age_hours is not None
        assert table.age_hours > 24 * 365 * 50


def test_a_file_that_is_written_while_it_is_fetched_is_not_believed(disk: Path, tmp_path: Path) -> None:
    file = disk / "ut" / "larare.csv"

    def write() -> None:
        with file.open("ab") as more:
            more.write(b"10\n")

    with sftp(disk, tmp_path, opened=write) as found:
        access = {"host_key": found.host_key, "password": PASSWORD}
        with pytest.raises(SourceError, match=r"S109 the file changed while it was fetched"):
            read(f"{found.address}/ut/larare.csv", access=access)


def test_another_server_is_not_let_to_stand_in(server: Sftp) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    with pytest.raises(SourceError, match=r"S115 the server's key is not `access\.host_key`"):
        read(f"{server.address}/ut/larare.csv", access={"host_key": other, "password": PASSWORD})


@pytest.mark.parametrize(
    ("path", "access", "told"),
    [
        ("/ut/larare.csv", {"password": "fel"}, "S115 the server does not let us in"),
        ("/ut/annat.csv", {"password": PASSWORD}, "S102 there is no such file"),
        ("/ut/annat*.csv", {"password": PASSWORD}, "S102 no file has such a name"),
        ("/ut/larare.csv", {"key": "/nowhere"}, "S115"),
        ("/ut/larare.csv", {"host_key": "ssh-ed25519 inte-nyckel", "password": PASSWORD}, "S115"),
    ],
)
def test_what_is_wrong_with_sftp_is_told(server: Sftp, path: str, access: dict[str, str], told: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(server.address + path, access={"host_key": server.host_key, **access})
    assert told in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_a_server_that_does_not_answer_is_told(server: Sftp) -> None:
    with pytest.raises(SourceError, match="S115 the server cannot be reached"):
        read("sftp://export@127.0.0.1:9/x.csv", access={"host_key": server.host_key, "password": PASSWORD})


def test_nothing_of_a_far_file_stays(server: Sftp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    access = {"host_key": server.host_key, "password": PASSWORD}
    read(f"{server.address}/ut/larare.csv", access=access)
    with pytest.raises(SourceError):
        read(f"{server.address}/ut/annat.csv", access=access)
    with pytest.raises(SourceError):
        read(f"{server.address}/ut/larare.csv", access=access, member="x")
    assert list((tmp_path / "tmp").iterdir()) == []


def answer(path: str) -> tuple[int, dict[str, str], bytes]:
    found: dict[str, tuple[int, dict[str, str], bytes]] = {
        "/ut/elever.csv": (200, {"Last-Modified": "Mon, 17 Aug 2026 03:00:00 GMT"}, ELEVER),
        "/ut/elever.csv.gz": (200, {"Last-Modified": "inte ett datum"}, gzip.compress(ELEVER)),
        "/ut/elever.csv?ar=2026": (200, {}, ELEVER),
        "/flyttad": (302, {"Location": "/ut/elever.csv"}, b""),
        "/avbruten": (200, {"Content-Length": "5000"}, ELEVER),
        "/tom": (200, {}, b""),
    }
    return found.get(path, (404, {}, b""))


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Https]:
    with https(tmp_path, answer) as found:
        yield found


def access(web: Https, token: str = TOKEN) -> dict[str, str]:
    return {"ca": str(web.ca), "token": token}


@pytest.mark.parametrize("path", ["/ut/elever.csv", "/ut/elever.csv.gz", "/ut/elever.csv?ar=2026"])
def test_a_file_comes_by_https_with_a_token(web: Https, path: str) -> None:
    assert read(web.address + path, access=access(web)) == [("1", "Åsa")]


def test_what_stands_in_an_address_is_not_told_where_it_may_be_secret(web: Https, server: Sftp) -> None:
    for path, access_ in (
        (f"{web.address}/annat.csv?nyckel=hemligt", access(web)),
        (f"{server.address}/ut/annat*.csv", {"host_key": server.host_key, "password": PASSWORD}),
    ):
        with pytest.raises(SourceError) as caught:
            read(path, access=access_)
        assert "hemligt" not in str(caught.value)
        assert "export@" not in str(caught.value)
    with create(
        "elever", {"connector": "csv", "path": f"{web.address}/ut/elever.csv?ar=2026", "access": access(web)}
    ).open() as table:
        assert table.place == f"{web.address}/ut/elever.csv"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "token", "told"),
    [
        ("/ut/elever.csv", "fel", "the server does not know us: see `access.token` (401)"),
        ("/annat", TOKEN, "the server has no such file. Has the export run? (404)"),
        ("/flyttad", TOKEN, "the server sends us elsewhere, which is refused"),
        ("/avbruten", TOKEN, "S115 the file"),
        ("/tom", TOKEN, "S103 the file is empty"),
    ],
)
def test_what_is_wrong_with_https_is_told_without_the_token(web: Https, path: str, token: str, told: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(web.address + path, access=access(web, token))
    assert told in str(caught.value)
    assert token not in str(caught.value)


def test_a_redirection_is_never_followed(web: Https) -> None:
    with pytest.raises(SourceError):
        read(f"{web.address}/flyttad", access=access(web))
    assert web.asked == ["/flyttad"]


def test_a_server_that_nobody_vouches_for_gets_no_token(web: Https) -> None:
    with pytest.raises(SourceError, match=r"S115 the file cannot be fetched.*certificate"):
        read(f"{web.address}/ut/elever.csv", access={"token": TOKEN})
    assert web.asked == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"path": "http://h/x.csv"}, "use https:// or sftp://"),
        ({"path": "ftp://h/x.csv"}, "use https:// or sftp://"),
        ({"path": "s3://h/x.csv"}, '"s3://" is not known'),
        ({"path": "sftp://h/x.csv"}, "sftp needs `access.host_key`"),
        ({"path": "sftp://u:hemligt@h/x.csv", "access": {"host_key": "k"}}, "write it as `access.password`"),
        ({"path": "https:///x.csv"}, "the address has no host"),
        ({"path": "https://h:port/x.csv"}, "Port could not be cast"),
        ({"path": "https://h/x.csv", "ready": "/klar"}, "for files of this machine"),
        ({"path": "export/x.csv", "access": {"token": "x"}}, "this file is on this machine"),
    ],
)
def test_an_address_that_cannot_be_trusted_is_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(OptionsError, match=told):
        create("elever", {"connector": "csv", **options})
