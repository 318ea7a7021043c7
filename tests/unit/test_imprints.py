"""An imprint tells whether files are as they were, and nothing of what stands in them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from connectors.files.imprints import Imprint
from connectors.registry import create

KEY = b"k" * 32


def taken(folder: Path, key: bytes = KEY, **options: Any) -> Imprint | None:
    connector: Any = create("elever", {"connector": "csv", "path": str(folder / "elev*.csv"), **options})
    found: Imprint | None = connector.imprint(key)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "elev1.csv").write_bytes("guid;namn\r\n1;Åsa\r\n".encode("cp1252"))
    (tmp_path / "elev2.csv").write_bytes(b"guid;namn\r\n2;Bo\r\n")
    return tmp_path


def test_the_same_files_have_the_same_imprint_whenever_they_were_written(folder: Path) -> None:
    before = taken(folder)
    os.utime(folder / "elev1.csv", (1, 1))
    after = taken(folder)
    assert before is not None
    assert after is not None
    assert before.digest == after.digest


def test_a_byte_a_file_more_other_options_or_another_secret_make_another_imprint(folder: Path) -> None:
    imprints = [taken(folder), taken(folder, key=b"l" * 32), taken(folder, skip_lines=1)]
    (folder / "elev2.csv").write_bytes(b"guid;namn\r\n2;Bu\r\n")
    imprints.append(taken(folder))
    (folder / "elev3.csv").write_bytes(b"")
    imprints.append(taken(folder))
    (folder / "elev3.csv").rename(folder / "elev4.csv")
    imprints.append(taken(folder))
    assert len({found.digest for found in imprints if found is not None}) == len(imprints)


def test_a_row_that_moves_to_the_next_file_makes_another_imprint(folder: Path) -> None:
    before = taken(folder)
    (folder / "elev1.csv").write_bytes(b"")
    whole = "guid;namn\r\n1;Åsa\r\n".encode("cp1252") + b"guid;namn\r\n2;Bo\r\n"
    (folder / "elev2.csv").write_bytes(whole)
    assert before != taken(folder)


def test_a_file_that_is_touched_after_the_look_does_not_hold(folder: Path) -> None:
    found = taken(folder)
    assert found is not None
    assert found.holds()
    os.utime(folder / "elev1.csv", (1, 1))
    assert not found.holds()
    (folder / "elev1.csv").unlink()
    assert not found.holds()


def test_where_nothing_can_be_looked_at_there_is_no_imprint(tmp_path: Path) -> None:
    assert taken(tmp_path) is None
