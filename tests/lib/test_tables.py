"""Tables of other programs: encodings, delimiters, workbooks; and our own files, read back and harmless."""

from __future__ import annotations

import csv
import tracemalloc
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from zhike.lib.refusal import Refused
from zhike.lib.spreadsheet_safety import neutralised, without_apostrophe
from zhike.lib.table_writers import CsvWriter, XlsxWriter, sheet_name
from zhike.lib.tables import open_table, read_rows

MOMENT = datetime.fromisoformat("2024-05-01 15:30")
TEXT = '名称,电话,备注\n张建国,13800001234,"一,二\n三"\n\n李四,,好\n'
ROWS = [["名称", "电话", "备注"], ["张建国", "13800001234", "一,二\n三"], ["李四", "", "好"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_file_is_read_in_the_encoding_it_has(tmp_path: Path, encoding: str, ending: str) -> None:
    path = tmp_path / "客户.csv"
    path.write_bytes(TEXT.replace("\n\n", "\n,,\n").replace("\n", ending).encode(encoding))
    rows = [[str(cell).replace("\r\n", "\n") for cell in row] for row in read_rows(open_table(path))]
    assert rows == ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([*ROWS, ["王,五", "1;2", "a|b"]])
    assert open_table(path).delimiter == delimiter
    assert list(read_rows(open_table(path)))[3] == ["王,五", "1;2", "a|b"]


def test_a_character_cut_by_the_sample_does_not_mislead(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"x," + "客户名称\n".encode() * 60_000)
    assert open_table(path).encoding == "utf-8"
    path.write_bytes(b"x," + "客户名称\n".encode("gb18030") * 60_000)
    assert open_table(path).encoding == "gb18030"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty_file"), (b"\xef\xbb\xbf\r\n", "empty_file"), (b"PK\x03\x04junk", "not_a_table"), (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\x00", "not_a_table"), (b"a\xff\xff\xffb,c\n", "unknown_encoding")],
)  # fmt: skip
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(Refused) as refusal:
        list(read_rows(open_table(path)))
    assert refusal.value.code == code


def test_text_that_breaks_later_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("名称\n".encode() * 100_000 + b"\xff\xff\n")
    with pytest.raises(Refused) as refusal:
        list(read_rows(open_table(path)))
    assert refusal.value.code == "broken_text"


def test_a_workbook_gives_whole_numbers_dates_and_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with XlsxWriter(path, "客户/名单") as writer:
        writer.write_all(
            [
                ["名称", "数", "日期", "时刻", "是否", "金额", "号码"],
                [
                    "张三",
                    42,
                    date(2024, 5, 1),
                    MOMENT,
                    True,
                    Decimal("12.5"),
                    1234567890123456789,
                ],
                [None, "", None, None, None, None, None],
                ["李四", None, None, None, None, None, None],
            ]
        )
    table = open_table(path)
    assert table.sheets == ("客户 名单",)
    assert list(read_rows(table)) == [
        ["名称", "数", "日期", "时刻", "是否", "金额", "号码"],
        ["张三", 42, date(2024, 5, 1), MOMENT, True, 12.5, "1234567890123456789"],
        ["李四", "", "", "", "", "", ""],
    ]
    with pytest.raises(Refused):
        list(read_rows(table, "other"))


def test_our_csv_opens_in_chinese_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with CsvWriter(path) as writer:
        writer.write_all([["名称", "备注"], ["张三", "=1+1"], [None, Decimal("1.50")], ["+8613800001234", -3]])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "'=1+1" in path.read_text("utf-8-sig")
    assert list(read_rows(open_table(path))) == [
        ["名称", "备注"],
        ["张三", "=1+1"],
        ["", "1.50"],
        ["+8613800001234", "-3"],
    ]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", " =1+1", "\t=1+1", "\r=1", "\n=1", "　=1", "\u200b=1", "\xa0@x", "＝1", "\tabc", "=", "-", "\ufeff=1"],
)  # fmt: skip
def test_a_formula_becomes_text(text: str) -> None:
    assert neutralised(text) == "'" + text
    assert without_apostrophe(neutralised(text)) == text


@pytest.mark.parametrize(
    "text", ["", "张三", "-12.50", "+8613800001234", "a=b", "'quoted", "《书》", "#1", "(1)", " 张"]
)
def test_ordinary_text_stays(text: str) -> None:
    assert neutralised(text) == text


@given(st.text(alphabet="=+-@ \t\r\n'a1＝\u3000\u200b\x00"))
def test_nothing_written_begins_like_a_formula(text: str) -> None:
    written = neutralised(text).lstrip(" \t\r\n\v\f\x00\u3000\u200b")
    assert written[:1] not in {"=", "@", "＝"}
    assert written[:1] not in {"+", "-"} or written[1:].replace(".", "", 1).isdigit()
    assert neutralised(without_apostrophe(neutralised(text))) == neutralised(text)


def test_sheet_names_are_made_acceptable() -> None:
    assert sheet_name("客户[1]: 名单/全部?" + "长" * 40) == "客户 1   名单 全部" + " " + "长" * (
        31 - len("客户 1   名单 全部 ")
    )
    assert sheet_name("''") == "Sheet1"


def test_a_long_file_streams_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"客户{number},1380000{number:04},备注\n" for number in range(60_000))
    tracemalloc.start()
    count = sum(1 for _ in read_rows(open_table(path)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 60_000
    assert peak < 4_000_000
