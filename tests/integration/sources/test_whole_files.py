"""Never half a file: the newest of many, one that is still being written, an export that has not said that it ended."""

from __future__ import annotations

import os
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from connectors.base import SourceError
from connectors.files.found import dated
from connectors.registry import create


def connector(path: Path | str, **options: Any) -> Any:
    return create("elever", {"connector": "csv", "path": str(path), **options})


def read(path: Path | str, **options: Any) -> list[tuple[str | None, ...]]:
    with connector(path, **options).open() as table:
        return [tuple(row) for batch in table.batches(list(table.columns)) for row in batch.rows]


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("elever_2026-08-17.csv", "20260817"),
        ("elever20260817.csv", "20260817"),
        ("elever_20260817T0315.csv", "202608170315"),
        ("elever_2026-08-17_03-15-20.csv", "20260817031520"),
        ("uttag_2025-08-01_till_2026-06-12.csv", "20260612"),
        ("elever.csv", ""),
        ("elever_20261317.csv", ""),
        ("elever_120260817.csv", ""),
    ],
)
def test_the_date_in_a_name_is_found(name: str, date: str) -> None:
    assert dated(name) == date


def exports(folder: Path) -> str:
    for day, name in ((15, "Bo"), (17, "Åsa"), (16, "Cia")):
        path = folder / f"elever_2026-08-{day}.csv"
        path.write_text(f"id;namn\n1;{name}\n", encoding="utf-8")
        os.utime(path, (1000 - day, 1000 - day))
    return str(folder / "elever_*.csv")


def test_only_the_newest_is_read_by_name_or_by_time(tmp_path: Path) -> None:
    pattern = exports(tmp_path)
    assert read(pattern, newest="name") == [("1", "Åsa")]
    assert read(pattern, newest="time") == [("1", "Bo")]
    assert len(read(pattern)) == 3


def test_two_files_that_are_equally_new_are_told(tmp_path: Path) -> None:
    pattern = exports(tmp_path)
    (tmp_path / "elever_20260817.csv").write_text("id;namn\n1;Eva\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"S112 elever_2026-08-17\.csv and elever_20260817\.csv are equally new"):
        read(pattern, newest="name")


def test_a_file_without_a_date_in_its_name_is_told_where_names_count(tmp_path: Path) -> None:
    pattern = exports(tmp_path)
    (tmp_path / "elever_extra.csv").write_text("id;namn\n1;Eva\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r'S112 "elever_extra\.csv" has no date in its name'):
        read(pattern, newest="name")


def test_a_newer_file_makes_another_imprint(tmp_path: Path) -> None:
    pattern = exports(tmp_path)
    before = connector(pattern, newest="name").imprint(b"k")
    (tmp_path / "elever_2026-08-18.csv").write_text("id;namn\n1;Eva\n", encoding="utf-8")
    assert before != connector(pattern, newest="name").imprint(b"k")
    assert connector(pattern, newest="time").imprint(b"k") is not None


def test_an_export_that_has_not_said_that_it_ended_is_not_read(tmp_path: Path) -> None:
    path, ready = tmp_path / "elever.csv", tmp_path / "klar.txt"
    path.write_text("id\n1\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"S113 \S+klar.txt is not there"):
        read(path, ready=str(ready))
    ready.touch()
    assert read(path, ready=str(ready)) == [("1",)]
    os.utime(ready, (1, 1))
    with pytest.raises(SourceError, match=r"S113 \S+klar.txt is older than elever.csv"):
        read(path, ready=str(ready))
    assert connector(path, ready=str(ready)).imprint(b"k") is None


def test_a_file_that_is_still_being_written_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "elever.csv"
    path.write_text("id\n1\n", encoding="utf-8")
    stop = threading.Event()

    def write() -> None:
        while not stop.wait(0.05):
            with path.open("a", encoding="utf-8") as file:
                file.write("2\n")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.raises(SourceError, match="S113 the file is still being written"):
            read(path, settled_seconds=1)
    finally:
        stop.set()
        writer.join()
    assert len(read(path, settled_seconds=1)) > 1


def test_a_file_that_has_been_left_alone_is_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "elever.csv"
    path.write_text("id\n1\n", encoding="utf-8")
    os.utime(path, (time.time() - 60, time.time() - 60))
    began = time.monotonic()
    assert read(path, settled_seconds=30) == [("1",)]
    assert time.monotonic() - began < 15


def test_an_archive_that_is_replaced_while_it_is_read_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("elever.csv", "id\n" + "1\n" * 5000)
    with connector(path).open() as table:
        batches = table.batches(["id"])
        next(batches)
        path.write_bytes(path.read_bytes() + b"\0")
        with pytest.raises(SourceError, match="S109 the file changed while it was read"):
            list(batches)


def test_nothing_of_what_was_unpacked_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("elever.csv", "id\n1\n")
    with connector(path).open() as table:
        (folder,) = (tmp_path / "tmp").iterdir()
        assert folder.stat().st_mode & 0o077 == 0
        assert table.columns == ("id",)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("elever.csv", "id;id\n1;2\n")
    with pytest.raises(SourceError, match="S105"):
        read(path)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_an_archive_that_would_fill_the_disk_is_told_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("elever.csv", "id\n" + "1\n" * 2_000_000)
    usage = type("Usage", (), {"free": 3_000_000})
    monkeypatch.setattr("connectors.files.packed.shutil.disk_usage", lambda folder: usage)
    with pytest.raises(SourceError, match=r"S114 unpacked it would take 3 MB, and .* has room for 2 \(TMPDIR\)"):
        read(path)


def test_what_lies_beside_an_open_file_is_no_export(tmp_path: Path) -> None:
    (tmp_path / "elever.csv").write_text("id\n1\n", encoding="utf-8")
    (tmp_path / "~$elever.csv").write_bytes(b"\x05Ada")
    (tmp_path / ".~lock.elever.csv").write_bytes(b"Ada")
    assert read(tmp_path / "*.csv") == [("1",)]
