"""`admin`: a password's line, and the record of what was done on the page."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path

import pytest
from pydantic import SecretStr
from support.exports import Installation, files, tables
from support.shell import command

from adapter.admin.passwords import is_right
from adapter.store import deeds
from adapter.store.deeds import Deed
from adapter.store.engine import open_store

PERSON = "00000000-0000-4000-8000-000000000000"


def test_a_password_becomes_a_line_that_lets_somebody_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("en lång mening som ingen gissar\n"))
    printed = command("admin", "password", "anna@ekköping", at=tmp_path).out
    users = tomllib.loads(printed)["admin"]["users"]
    assert "mening" not in printed
    kept = {name: SecretStr(line) for name, line in users.items()}
    assert is_right(kept, "anna@ekköping", "en lång mening som ingen gissar")


def test_a_short_password_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("kort\n"))
    done = command("admin", "password", "anna", at=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "12 to 200 characters" in done.err


def test_who_looked_at_somebody_can_be_told(tmp_path: Path) -> None:
    assert Installation(tmp_path).night(files(tables())).code == 0
    assert "nobody has done anything" in command("admin", "deeds", at=tmp_path).out
    store = open_store(f"sqlite:///{tmp_path / 'state.db'}")
    deeds.record(store, Deed(1_795_000_000_000, "anna", "looked", PERSON))
    deeds.record(store, Deed(1_795_000_001_000, "bo", "rejected", "f" * 64, "exporten är fel"))
    store.close()
    shown = command("admin", "deeds", at=tmp_path).out.splitlines()
    assert "bo" in shown[1]
    assert "exporten är fel" in shown[1]
    (one,) = command("admin", "deeds", "--about", PERSON, "--json", at=tmp_path).json["deeds"]
    assert (one["who"], one["did"], one["about"]) == ("anna", "looked", PERSON)
    assert "about it" in command("admin", "deeds", "--about", "x", at=tmp_path).out
