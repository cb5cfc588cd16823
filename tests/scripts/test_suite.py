"""The closing line of the suite adds up what pytest reported."""

from __future__ import annotations

from pathlib import Path

from scripts.suite import Outcome, counts


def test_counts_come_from_the_report(tmp_path: Path) -> None:
    report = tmp_path / "run.xml"
    report.write_text('<testsuites><testsuite tests="10" failures="1" errors="1" skipped="2"/></testsuites>', "utf-8")

    assert counts(report) == Outcome(passed=6, failed=2, skipped=2)


def test_the_line_names_skipped_tests_only_when_there_are_some() -> None:
    total = Outcome(passed=3)
    assert str(total) == "3 passed, 0 failed"

    total.add(Outcome(passed=1, failed=2, skipped=4))
    assert str(total) == "4 passed, 2 failed, 4 skipped"
