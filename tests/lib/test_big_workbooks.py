"""Large XLSX files are read row by row, and say the same as small ones."""

from __future__ import annotations

import tracemalloc
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from zhike.lib import big_workbooks, workbook_texts
from zhike.lib.big_workbooks import BigWorkbook, column_of
from zhike.lib.refusal import Refused
from zhike.lib.tables import estimate_rows, open_table, read_rows

MOMENT = datetime(2024, 5, 1, 9, 30)  # noqa: DTZ001 - cells know no zone
ROWS: list[list[object]] = [
    ["客户名称", "日期", "时间", "数", "是", "电话", "备注"],
    ["甲公司", date(2024, 5, 1), MOMENT, 12.5, True, "１３８０", "第一行\n第二行"],
    ["", "", "", "", "", "", ""],
    ["乙公司", "", "", 7, False, "", "'=1+1"],
]


def book(path: Path, rows: list[list[object]] = ROWS, *, shared: bool = True) -> Path:
    options = {} if shared else {"constant_memory": True}
    with Workbook(str(path), options) as made:
        day = made.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
        moment = made.add_format({"num_format": "yyyy/mm/dd hh:mm"})
        money = made.add_format({"num_format": '"¥"#,##0.00;[Red]-#,##0.00'})
        for name in ("第一张", "第二张"):
            sheet = made.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if isinstance(value, datetime):
                        sheet.write_datetime(number, column, value, moment)
                    elif isinstance(value, date):
                        sheet.write_datetime(number, column, value, day)
                    elif isinstance(value, bool):
                        sheet.write_boolean(number, column, value)
                    elif isinstance(value, float):
                        sheet.write_number(number, column, value, money)
                    elif isinstance(value, str) and value:
                        sheet.write_string(number, column, value)
                    elif isinstance(value, int):
                        sheet.write_number(number, column, value)
    return path


@pytest.mark.parametrize("shared", [True, False])
def test_both_readers_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared: bool) -> None:
    path = book(tmp_path / "a.xlsx", shared=shared)
    small = open_table(path)
    monkeypatch.setattr(big_workbooks, "LARGE", 0)
    large = open_table(path)
    assert (small.is_large, large.is_large) == (False, True)
    assert large.sheets == small.sheets == ("第一张", "第二张")
    for sheet in large.sheets:
        told = [list(row) for row in read_rows(large, sheet)]
        width = len(ROWS[0])
        assert [row + [""] * (width - len(row)) for row in told] == list(read_rows(small, sheet))
    assert told[1][:5] == ["甲公司", date(2024, 5, 1), MOMENT, 12.5, True]
    assert estimate_rows(large) == 4


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(big_workbooks, "LARGE", 0)
    monkeypatch.setattr(workbook_texts, "TEXTS_IN_MEMORY", 64 * 1024)
    monkeypatch.setattr(workbook_texts, "LATEST_TEXTS", 500)
    rows: list[list[object]] = [[f"客户{number}", f"这一行的备注 {number} " * 8] for number in range(12_000)]
    table = open_table(book(tmp_path / "b.xlsx", rows))
    tracemalloc.start()
    try:
        count = sum(1 for _row in read_rows(table))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 12_000
    assert peak < 6 * 1024 * 1024


def test_texts_far_apart_are_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(big_workbooks, "LARGE", 0)
    monkeypatch.setattr(workbook_texts, "LATEST_TEXTS", 3)
    rows: list[list[object]] = [[f"文{number % 50}", f"字{(number * 7) % 50}"] for number in range(300)]
    assert list(read_rows(open_table(book(tmp_path / "c.xlsx", rows)))) == rows


def changed(path: Path, part: str, data: bytes) -> Path:
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, data if info.filename == part else old.read(info))
    return target


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'


@pytest.mark.parametrize("data", [BOMB, b"<worksheet><sheetData><row><c r='A1'><v>1</v>", b"\x00\x01nonsense"])
def test_what_is_broken_or_harmful_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(big_workbooks, "LARGE", 0)
    path = changed(book(tmp_path / "d.xlsx"), "xl/worksheets/sheet1.xml", data)
    with pytest.raises(Refused):
        list(read_rows(open_table(path)))


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(big_workbooks, "MOST_UNPACKED", 1_000)
    with pytest.raises(Refused):
        BigWorkbook(book(tmp_path / "e.xlsx"))


def test_columns_are_counted_by_their_letters() -> None:
    assert [column_of(name) for name in ("A1", "Z9", "AA1", "AB7", "XFD1")] == [0, 25, 26, 27, 16_383]
