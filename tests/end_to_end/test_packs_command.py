"""`packs`: what ships is listed, and copied without overwriting anything."""

from __future__ import annotations

from pathlib import Path

from support.shell import command

MAPPINGS = Path(__file__).parents[2] / "mappings"


def test_every_pack_is_listed_with_what_it_is_for(tmp_path: Path) -> None:
    told = command("packs", "list", at=tmp_path)
    listed = command("packs", "list", "--json", at=tmp_path).json["packs"]
    assert [pack["name"] for pack in listed] == sorted(path.parent.name for path in MAPPINGS.glob("*/mapping.yaml"))
    for pack in listed:
        assert pack["title"] in told.out
        assert pack["purpose"] in told.out
    (ims,) = (pack for pack in listed if pack["name"] == "ims")
    assert ims["title"] == "IMS Enterprise XML (Edlevo, earlier Tieto Education)"
    assert ims["files"] == ["README.md", "mapping.yaml", "sources.toml"]


def test_a_copy_is_what_ships_in_a_folder_that_is_made_for_it(tmp_path: Path) -> None:
    told = command("packs", "copy", "ims", "skola/ny", at=tmp_path)
    assert told.code == 0
    files = {path.name: path.read_bytes() for path in (tmp_path / "skola" / "ny").iterdir()}
    assert files == {name: (MAPPINGS / "ims" / name).read_bytes() for name in files}
    assert files.keys() == {"README.md", "mapping.yaml", "sources.toml"}


def test_without_a_folder_it_is_copied_here(tmp_path: Path) -> None:
    assert command("packs", "copy", "schoolsoft", at=tmp_path).code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"README.md", "mapping.yaml"}


def test_a_template_with_gaps_is_not_copied(tmp_path: Path) -> None:
    command("packs", "copy", "demo", at=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"README.md", "mapping.yaml"}


def test_nothing_is_overwritten_and_nothing_is_copied_beside_it(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text("mine\n", encoding="utf-8")
    told = command("packs", "copy", "ims", at=tmp_path)
    assert told.code == 2
    assert "mapping.yaml exists already, so nothing was copied." in told.err
    assert "packs copy ims FOLDER" in told.err
    assert [path.name for path in tmp_path.iterdir()] == ["mapping.yaml"]
    assert (tmp_path / "mapping.yaml").read_text(encoding="utf-8") == "mine\n"


def test_a_link_to_a_file_that_is_not_there_yet_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "mapping.yaml").symlink_to(tmp_path / "elsewhere")
    told = command("packs", "copy", "ims", "here", at=tmp_path)
    assert told.code == 2
    assert not (tmp_path / "elsewhere").exists()


def test_an_unknown_name_is_answered_with_a_near_one_or_all(tmp_path: Path) -> None:
    near, far = (command("packs", "copy", name, at=tmp_path) for name in ("scholsoft", "x"))
    assert (near.code, far.code) == (2, 2)
    assert 'there is no pack "scholsoft". Did you mean "schoolsoft"?' in near.err
    assert "There are demo, filinlasning, generic" in far.err
    assert command("packs", "copy", "../demo", at=tmp_path).code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for folder in ("file", "file/below", "n" * 300):
        told = command("packs", "copy", "ims", folder, at=tmp_path)
        assert told.code == 2
        assert f"{folder}: it cannot be written: " in told.err
        assert "Name another folder" in told.err
