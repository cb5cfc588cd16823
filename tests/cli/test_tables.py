"""A spreadsheet goes in, comes out again, and goes back, with the rights of the person named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Zhike

ROWS = "公司名称,联系电话\n测试科技,13800138000\n,13900139000\n测试贸易,010-12345678\n"

pytestmark = pytest.mark.usefixtures("installation")


@pytest.fixture
def manager(zhike: Zhike) -> str:
    """A person who may import and export."""
    done = zhike("user", "create", "han.meimei", "--role", "manager", "--generate")
    assert done.returncode == 0, done.stderr
    return "han.meimei"


def test_what_goes_in_comes_out_and_goes_back(zhike: Zhike, manager: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(ROWS, "utf-8")

    taken = zhike("import", "customers", "in.csv", "--as", manager, "--rejected", "bad.xlsx")
    written = zhike("export", "customers", "out.csv", "--as", manager, "--columns", "name,phones", "--sort", "name")
    undone = zhike("import", "--undo", "1", "--as", manager)
    empty = zhike("export", "customers", "empty.csv", "--as", manager)

    assert taken.returncode == 1  # a row was rejected
    assert "2 created, 0 updated, 0 unchanged, 1 rejected" in taken.stdout
    assert (tmp_path / "bad.xlsx").exists()
    assert written.returncode == 0, written.stderr
    lines = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["测试科技", "测试贸易"]
    assert undone.returncode == 0, undone.stderr
    assert empty.stdout.startswith("0 rows")


def test_a_trial_changes_nothing_and_columns_can_be_corrected(zhike: Zhike, manager: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(ROWS.replace("联系电话", "某列"), "utf-8")

    tried = zhike("import", "customer", "in.csv", "--as", manager, "--dry-run", "--column", "某列=phones")

    assert "某列 → phones" in tried.stdout
    assert "2 created" in tried.stdout
    assert zhike("export", "customers", "out.csv", "--as", manager).stdout.startswith("0 rows")


def test_who_may_not_export_gets_nothing(zhike: Zhike, tmp_path: Path) -> None:
    zhike("user", "create", "mallory", "--generate")

    refused = zhike("export", "customers", "out.csv", "--as", "mallory")

    assert refused.returncode == 1
    assert not (tmp_path / "out.csv").exists()


def test_layout_and_duplicates_are_chosen_and_unknown_ones_named(zhike: Zhike, manager: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("Name,Phone\n恒泰包装有限公司,13800138000\n", "utf-8")
    given = ("import", "customers", "in.csv", "--as", manager)

    wrong = zhike(*given, "--layout", "nobody")
    first = zhike(*given, "--layout", "none")
    (tmp_path / "in.csv").write_text("Name,Phone\n苏州恒泰包装,13800138000\n", "utf-8")
    again = zhike(*given, "--mode", "create", "--duplicates", "skip")
    twice = zhike(*given, "--mode", "create", "--duplicates", "create")

    assert wrong.returncode == 1
    assert "none" in wrong.stderr
    assert "1 created" in first.stdout, first.stderr
    assert "Read as" not in first.stdout
    assert "0 created" in again.stdout
    assert "1 created" in twice.stdout
    assert zhike(*given, "--duplicates", "perhaps").returncode == 2
