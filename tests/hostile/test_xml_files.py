"""XML as vendors write it, and as nobody should: values by short paths, and each fault told with its place."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from connectors.base import SourceError
from connectors.registry import OptionsError, create

IMS = """\
<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE enterprise SYSTEM "ims_epv1p1.dtd">
<x:enterprise xmlns:x="urn:example:v12">
  <properties lang="sv"><schooltype>GR</schooltype></properties>
  <x:person recstatus="1">
    <sourcedid><source>S</source><id>p1</id></sourcedid>
    <userid useridtype="GUID">g</userid>
    <userid useridtype="PID">20140101-0010</userid>
    <name><n><given>Åsa</given><family> Öberg </family></n></name>
  </x:person>
  <x:membership>
    <sourcedid><id>k1</id></sourcedid>
    <member><sourcedid><id>p1</id></sourcedid><role roletype="Student"/><role roletype="Mentor"/></member>
    <member><sourcedid><id>p2</id></sourcedid><idtype>1</idtype></member>
  </x:membership>
</x:enterprise>
"""


def read(path: Path | str, rows: str, **columns: str) -> list[tuple[str, ...]]:
    options: dict[str, Any] = {"connector": "xml", "path": str(path), "rows": rows, "columns": columns}
    with create("x", options).open() as table:
        return [tuple(row) for batch in table.batches(list(columns)) for row in batch.rows]  # type: ignore[arg-type]


@pytest.fixture
def ims(tmp_path: Path) -> Path:
    path = tmp_path / "ims.xml"
    path.write_text(IMS, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("sourcedid/id", "p1"),
        ("userid[@useridtype='PID']", "20140101-0010"),
        ("name/n/family", "Öberg"),
        ("@recstatus", "1"),
        ("userid", "g,20140101-0010"),
        ("sourcedid[source='S']/id", "p1"),
        ("sourcedid[source='T']/id", ""),
        ("nothing/of/it", ""),
        (".", ""),
    ],
)
def test_a_path_leads_to_a_text(ims: Path, path: str, text: str) -> None:
    assert read(ims, "person", value=path) == [(text,)]


def test_a_row_may_take_from_what_surrounds_it(ims: Path) -> None:
    found = read(ims, "membership/member", group="../sourcedid/id", member="sourcedid/id", role="role/@roletype")
    assert found == [("k1", "p1", "Student,Mentor"), ("k1", "p2", "")]


def test_a_row_may_take_from_the_head_of_the_file(ims: Path) -> None:
    found = read(ims, "membership/member", form="/properties/schooltype", language="/properties/@lang", other="/x/id")
    assert found == [("GR", "sv", "")] * 2
    assert read(ims, "person", form="/properties/schooltype") == [("GR",)]


@pytest.mark.parametrize("path", ["../properties/schooltype", "/person/name", "a[b", "@lang/x"])
def test_a_path_that_leads_nowhere_is_refused(ims: Path, path: str) -> None:
    with pytest.raises(OptionsError) as caught:
        read(ims, "person", value=path)
    assert f'"{path}"' in str(caught.value.wrong)


def test_a_byte_order_mark_that_was_encoded_twice_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes("\ufeff".encode().decode("latin-1").encode() + b"<r><e>1</e></r>")
    assert read(path, "e", value=".") == [("1",)]


def test_files_of_one_name_are_one_source(tmp_path: Path) -> None:
    for name in ("gr", "gy"):
        (tmp_path / f"{name}.xml").write_text(f"<r><e>{name}</e></r>", encoding="utf-8")
    assert read(tmp_path / "*.xml", "e", value=".") == [("gr",), ("gy",)]


BOMB = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><r><e>&b;</e></r>'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "S103 the file is empty"),
        (b"<r>\n<e>1</e>\n<e>", "3: S140 this is not whole XML (no element found)"),
        (b"elev;klass\n", "1: S140 this is not whole XML"),
        (b"<r><e>1</f></r>", "1: S140 this is not whole XML (mismatched tag)"),
        (b"<r><e>\xe5</e></r>", "1: S140 this is not whole XML (not well-formed (invalid token))"),
        (b"<?xml version='1.0' encoding='klingon'?><r/>", "S104 the encoding cannot be read: unknown encoding"),
        (BOMB.encode(), 'S141 the file needs an entity of its own ("a")'),
        (b"<!DOCTYPE r SYSTEM 'http://127.0.0.1/x.dtd'><r><e>&aring;sa</e></r>", "S141 the file needs an entity"),
        (b"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r><e>&x;</e></r>", "S141"),
    ],
)
def test_a_broken_or_hostile_file_says_where_and_why(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read(path, "e", value=".")
    assert expected in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_long_file_is_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text("<r><l>" + "<e><a>1</a></e>" * 30_000 + "</l></r>", encoding="utf-8")
    options = {"connector": "xml", "path": str(path), "rows": "l/e", "columns": {"a": "a"}}
    with create("x", options).open() as table:
        tracemalloc.start()
        count = sum(len(batch.rows) for batch in table.batches(["a"]))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 30_000
    assert peak < 9_000_000  # all at once would be 18


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="S102 there is no such file"):
        read(tmp_path / "x.xml", "e", value=".")
    with pytest.raises(SourceError, match="S102 no file has such a name"):
        read(tmp_path / "*.xml", "e", value=".")
