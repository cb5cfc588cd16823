"""The settings load, every address resolves, and the translations compile."""

from __future__ import annotations

from django.core import checks
from django.db import connection
from django.urls import get_resolver

from zhike.config import messages


def test_the_settings_pass_djangos_own_checks() -> None:
    assert checks.run_checks(include_deployment_checks=False) == []


def test_every_address_has_a_view() -> None:
    assert get_resolver().url_patterns is not None


def test_every_translation_compiles() -> None:
    for source in messages.sources():
        assert messages.catalog(source).locale is not None


def test_sqlite_is_a_version_that_keeps_its_data() -> None:
    if connection.vendor == "sqlite":
        assert connection.Database.sqlite_version_info >= (3, 51, 3)
