"""What commands say beside their result, to people, to machines and to journald."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest
from support.exports import CONFIG, Installation, files, tables
from support.shell import COMMAND, command


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    found = Installation(tmp_path)
    assert found.night(files(tables())).code == 0
    return found


def test_each_line_is_an_object_and_a_run_is_one_line(place: Installation) -> None:
    told = command("--log-format", "json", "sync", "--full", "--today", "2026-10-02", at=place.folder)
    (line,) = map(json.loads, told.err.splitlines())
    assert (line["message"], line["level"], line["outcome"], line["version"]) == ("run", "info", "unchanged", 1)
    assert (line["unchanged"], line["problems"]) == (47, [])
    assert "unchanged: version 1 stays" in told.out  # people are told as ever


def test_a_failure_is_an_object_with_what_is_wrong_and_what_to_do(place: Installation) -> None:
    (place.folder / "elev.csv").unlink()
    told = command("--log-format", "json", "sync", at=place.folder)
    (run,) = map(json.loads, told.err.splitlines())
    assert (told.code, run["outcome"], run["level"]) == (5, "failed", "error")
    assert "cannot be read" in run["error"]
    (wrong,) = map(
        json.loads, command("--log-format", "json", "--config", "no.toml", "sync", at=place.folder).err.splitlines()
    )
    assert (wrong["level"], wrong["exit_code"]) == ("error", 2)
    assert "there is no such file" in wrong["message"]


def test_no_line_tells_of_a_person(place: Installation) -> None:
    rows = tables()
    rows["elev"][0] |= {"ak": "sjua", "personnr": "201302300000"}
    place.files = files(rows)
    told = place.night(place.files)
    assert "finding" in told.out
    log = command("--log-format", "json", "sync", "--full", "--today", "2026-10-03", at=place.folder).err
    assert not re.search(r"\d{8,}|Östen|Ängquist", re.sub(r'"(run|time)": "[^"]*"', "", log))


def test_journald_is_told_what_is_urgent(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    with (tmp_path / "journal").open("w+b") as journal:
        status = os.fstat(journal.fileno())
        stream = f"{status.st_dev}:{status.st_ino}"
        for known, prefix in ((stream, b"<3>"), ("1:1", b"")):
            journal.seek(0)
            journal.truncate()
            environment = {**os.environ, "JOURNAL_STREAM": known}
            subprocess.run([*COMMAND, "sync"], cwd=tmp_path, stderr=journal, env=environment, check=False)
            journal.seek(0)
            assert all(line.startswith(prefix or b"config.toml") or line.startswith(b"  ") for line in journal)


def on_a_terminal(*words: str, at: Path, **environment: str) -> str:
    """What a command writes where its stderr is a terminal."""
    ours, theirs = pty.openpty()
    variables = {**os.environ, "TERM": "xterm-256color", **environment}
    child = subprocess.Popen([*COMMAND, *words], cwd=at, stderr=theirs, stdout=subprocess.PIPE, env=variables)
    os.close(theirs)
    written = b""
    try:
        while more := os.read(ours, 65_536):
            written += more
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert child.stdout is not None
    child.stdout.read()
    child.stdout.close()
    assert child.wait() == 0
    return written.decode()


def test_a_terminal_is_shown_how_far_a_run_is_and_a_pipe_is_not(place: Installation) -> None:
    shown = on_a_terminal("sync", "--full", at=place.folder)
    assert "reading and mapping" in shown or "opening the sources" in shown
    assert "\x1b[" in shown
    assert shown.endswith(("\x1b[?25h", "\x1b[2K", "\r\x1b[1A\x1b[2K"))  # nothing of it stays
    assert command("sync", "--full", at=place.folder).err == ""


def test_no_color_is_kept(place: Installation) -> None:
    shown = on_a_terminal("sync", "--full", at=place.folder, NO_COLOR="1")
    assert not re.search(r"\x1b\[(3[0-7]|9[0-7]|38)", shown)
