"""`init` on a terminal asks where two columns are as likely, and only there."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest
from support import layouts
from support.drafts import TODAY

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
PATIENCE = 30  # seconds
PROGRAM = (sys.executable, "-m", "adapter")


def exported(folder: Path) -> Path:
    """Pupils with two columns that may be the school, and one that tells nothing."""
    made = layouts.school(TODAY)
    rows = [
        (p.id, p.person.number, *layouts.names(p), p.user, p.mail, "Norra", p.unit, layouts.UNITS[p.unit], p.role, "")
        for p in made.pupils
    ]
    header = "id pnr fornamn efternamn eppn epost rektorsomrade enhet enhetsnamn klass skydd"
    layouts.write(folder / "elever.csv", header, [(*row[:7], f"E{row[7][:2]}", *row[8:]) for row in rows])
    return folder


def answered(folder: Path, answers: str, *more: str) -> str:
    """What stands on the terminal after these answers."""
    mine, theirs = pty.openpty()
    command = [*PROGRAM, "init", str(folder / "new"), *more, "--from", str(exported(folder / "data"))]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True) as process:
        os.close(theirs)
        os.write(mine, answers.encode())
        said = b""
        while True:
            if not select.select([mine], [], [], PATIENCE)[0]:
                process.kill()
                raise AssertionError(f"it waits for an answer: {said.decode()}")
            try:
                piece = os.read(mine, 4096)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            said += piece
        assert process.wait(60) == 0, said.decode()
    os.close(mine)
    return said.decode()


def mapping(folder: Path) -> str:
    return (folder / "new" / "mapping.yaml").read_text(encoding="utf-8")


def test_a_column_that_is_as_likely_is_asked_about_and_the_answer_is_written(tmp_path: Path) -> None:
    said = answered(tmp_path, "9\nx\n2\n")
    assert "elever: which column tells the school?" in said
    assert "1  enhetsnamn  (2 values, filled in 36 of 36 rows)" in said
    assert "2  enhet  (2 values, filled in 36 of 36 rows)" in said
    assert "rektorsomrade" not in said
    assert said.count("that is no number from 1 to 2") == 2
    assert "via: enhet}  # guess 99 %: chosen by you" in mapping(tmp_path)


def test_enter_takes_the_likeliest_and_the_end_of_the_input_too(tmp_path: Path) -> None:
    for number, answers in enumerate(("\n", "\x04")):
        answered(tmp_path / str(number), answers)
        text = mapping(tmp_path / str(number))
        assert "via: enhetsnamn}" in text
    assert "; or: enhet (2 values)" in text


@pytest.mark.parametrize("piped", [True, False], ids=["piped", "no-input"])
def test_nothing_is_asked_of_a_script(piped: bool, tmp_path: Path) -> None:
    if piped:
        command = [*PROGRAM, "init", tmp_path / "new", "--from", exported(tmp_path / "data")]
        done = subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
        said = done.stdout + done.stderr
    else:
        said = answered(tmp_path, "", "--no-input")
    assert "which column" not in said
    assert "via: enhetsnamn}  # guess" in mapping(tmp_path)
    assert "; or: enhet (2 values)" in mapping(tmp_path)
