"""Files as exports really go wrong: each is told with file, line and reason, and never half-read in silence."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from connectors.base import SourceError
from connectors.registry import create


def read(path: Path | str, **options: object) -> list[tuple[int, tuple[str | None, ...]]]:
    with create("x", {"connector": "csv", "path": str(path), **options}).open() as table:
        return [
            (batch.first_row + offset, tuple(row))
            for batch in table.batches(list(table.columns))
            for offset, row in enumerate(batch.rows)
        ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "S103 the file is empty"),
        (b"\n", "S105 the first line holds no column names"),
        (b"a;b;a\n1;2;3\n", 'S105 the column "a" stands twice'),
        (b"a;b\n1;2\n1\n", "3: S107 the row has 1 field, the header 2"),
        (b"a;b\n1;2\n1;2;3\n", "3: S107 the row has 3 fields, the header 2"),
        (b'a;b\n1;"2', "2: S108 a quote that opens here is never closed"),
        (b"a;b\n1;\x002\n", "S104 zero bytes"),
        (b'a;b\n1;"' + b"x" * (1 << 21), "2: S108 a quote that opens here is not closed"),
    ],
)
def test_a_broken_file_says_where_and_why(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read(path)
    assert expected in str(caught.value)
    assert str(path) in str(caught.value)


def test_bytes_that_are_not_of_the_given_encoding_are_told(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("a;b\nå;ä\n".encode("cp1252"))
    with pytest.raises(SourceError, match="S104 the byte 0xe5 is not utf-8"):
        read(path, encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
def test_encoding_and_separator_are_found_out(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(f"förnamn{delimiter}ort\r\nÅsa{delimiter}Ängelholm\r\n".encode(encoding))
    assert read(path) == [(2, ("Åsa", "Ängelholm"))]


def test_cp1252_is_found_out_though_the_first_letter_with_dots_comes_late(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a;b\n" + b"x;y\n" * 50_000 + "Å;Ö\n".encode("cp1252"))
    assert read(path)[-1] == (50_002, ("Å", "Ö"))


def test_line_numbers_are_those_of_an_editor(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b'skr\xe4p\na;b\n1;2\n"3\n3";4\n\n5;6\n')
    assert read(path, skip_lines=1) == [(3, ("1", "2")), (4, ("3\n3", "4")), (7, ("5", "6"))]


def test_many_files_are_one_source_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "e2.csv").write_text("b;a\n4;3\n", encoding="utf-8")
    (tmp_path / "e1.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    with create("x", {"connector": "csv", "path": str(tmp_path / "e*.csv")}).open() as table:
        assert [list(batch.rows) for batch in table.batches(["a", "b"])] == [[("1", "2")], [("3", "4")]]


def test_files_with_other_columns_are_refused(tmp_path: Path) -> None:
    (tmp_path / "e1.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    (tmp_path / "e2.csv").write_text("a;c\n1;2\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"S106 the columns differ from those of \S+e1.csv \(b, c\)"):
        read(tmp_path / "e*.csv")


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a;b;;\n1;2;;\n;;;\n ; ;;\n3;4;;\n", [(2, ("1", "2")), (5, ("3", "4"))]),
        (b"a;;b\n1;;2\n", [(2, ("1", "2"))]),
        (b"a;b\n1;2;;;\n;;;;;;;\n3;4\n", [(2, ("1", "2")), (4, ("3", "4"))]),
        (b"a;;c\n1;2;3\n", [(2, ("1", "2", "3"))]),
    ],
    ids=["at the end", "between", "beyond the header", "with values"],
)
def test_empty_columns_and_rows_of_a_sheet_are_none(
    tmp_path: Path, content: bytes, rows: list[tuple[int, tuple[str, ...]]]
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    found = [(number, tuple(cell or "" for cell in row)) for number, row in read(path)]
    assert [(number, row) for number, row in found if any(map(str.strip, row))] == rows


def test_a_column_without_a_name_is_called_by_its_place_where_values_stand_in_it(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a;;c\n1;2;3\n")
    with create("x", {"connector": "csv", "path": str(path)}).open() as table:
        assert table.columns == ("a", "column 2", "c")


def test_a_value_far_down_in_a_column_without_a_name_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a;\n" + b"1;\n" * 3000 + b"1;hem\n")
    with create("x", {"connector": "csv", "path": str(path)}).open() as table:
        assert sum(len(batch.rows) for batch in table.batches(["a"])) == 3001
        (remark,) = table.remarks  # type: ignore[attr-defined]
    assert (remark.code, remark.place) == ("S153", f"{path}:3002")


def test_empty_columns_of_one_file_do_not_make_it_another_kind_of_file(tmp_path: Path) -> None:
    (tmp_path / "e1.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    (tmp_path / "e2.csv").write_text("a;b;;\n3;4;;\n", encoding="utf-8")
    assert [row for _, row in read(tmp_path / "e*.csv")] == [("1", "2"), ("3", "4")]


def test_a_note_beside_one_file_s_columns_does_not_make_it_another_kind_of_file(tmp_path: Path) -> None:
    (tmp_path / "e1.csv").write_text("a;b;\n1;2;ring hem\n", encoding="utf-8")
    (tmp_path / "e2.csv").write_text("b;a\n4;3\n", encoding="utf-8")
    assert [row for _, row in read(tmp_path / "e*.csv")] == [("1", "2"), ("3", "4")]


def test_each_line_is_read_in_the_encoding_that_it_is_in(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    lines = ["a;b", *(f"Åsa{n};Östen" for n in range(9))]
    path.write_bytes(b"\r\n".join(line.encode("cp1252" if n == 4 else "utf-8") for n, line in enumerate(lines)))
    with create("x", {"connector": "csv", "path": str(path)}).open() as table:
        rows = [tuple(row) for batch in table.batches(["a", "b"]) for row in batch.rows]
        (remark,) = table.remarks  # type: ignore[attr-defined]
    assert rows == [(f"Åsa{n}", "Östen") for n in range(9)]
    assert (remark.code, remark.place) == ("S152", f"{path}:5")
    assert "1 in cp1252" in remark.message


@pytest.mark.parametrize("encoding", ["cp850", "cp437"])
def test_the_code_page_of_dos_is_not_taken_for_cp1252(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("a;b\nHägg;Sjöö\nRåå;Öst\n".encode(encoding))
    with pytest.raises(SourceError, match=r'S104 å, ä and ö are those of DOS\. Set `encoding = "cp850"`'):
        read(path)
    assert read(path, encoding=encoding) == [(2, ("Hägg", "Sjöö")), (3, ("Råå", "Öst"))]


def test_a_missing_file_names_the_pattern(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"elever\*\.csv: S102 no file has such a name"):
        read(tmp_path / "elever*.csv")
    with pytest.raises(SourceError, match="S102 there is no such file"):
        read(tmp_path / "elever.csv")


def test_a_file_that_changes_while_it_is_read_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a;b\n" + "1;2\n" * 5000, encoding="utf-8")
    with create("x", {"connector": "csv", "path": str(path)}).open() as table:
        batches = table.batches(["a"])
        next(iter(batches))
        with path.open("a", encoding="utf-8") as more:
            more.write("3;4\n")
        with pytest.raises(SourceError, match="S109 the file changed while it was read"):
            list(batches)


def test_the_age_is_that_of_the_oldest_file(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    os.utime(path, (time.time() - 7200, time.time() - 7200))
    with create("x", {"connector": "csv", "path": str(path)}).open() as table:
        assert table.age_hours == pytest.approx(2, abs=0.1)


def test_a_file_without_header_gets_its_names_from_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("1;2\n3;4\n", encoding="utf-8")
    assert read(path, header=["a", "b"]) == [(1, ("1", "2")), (2, ("3", "4"))]


def test_empty_cells_at_the_end_may_be_left_out_where_the_source_is_known_to_do_so(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a;b;c\n1;2;3\n1\n\n1;2\n")
    assert [row for _, row in read(path, short_rows=True)] == [("1", "2", "3"), ("1", "", ""), ("1", "2", "")]
    path.write_bytes(b"a;b\n1;2;3\n")
    with pytest.raises(SourceError, match="S107"):
        read(path, short_rows=True)
