"""The doctor names what is wrong and how to mend it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Zhike


def test_a_new_installation_lacks_its_tables(zhike: Zhike) -> None:
    report = zhike("doctor")

    assert report.returncode == 1
    assert "zhike migrate" in report.stdout


def test_an_open_secret_key_is_reported(zhike: Zhike, installation: Path) -> None:
    (installation / "secret_key").chmod(0o644)

    report = zhike("doctor")

    assert f"chmod 600 {installation}/secret_key" in report.stdout


def test_a_database_that_does_not_answer_is_reported(zhike: Zhike) -> None:
    report = zhike("doctor", DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing")

    assert report.returncode == 1
    assert "DATABASE_URL" in report.stdout


def test_a_bad_setting_is_refused_with_its_name(zhike: Zhike) -> None:
    refused = zhike("doctor", ZHIKE_PORT="99999")

    assert refused.returncode == 2
    assert refused.stderr.startswith("ZHIKE_PORT:")
