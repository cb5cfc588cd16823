"""The fetched files; ``python -m scripts.fetch_real_data`` brings them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.fetch_real_data import CDNOW, CDNOW_SAMPLE, SUPERSTORE, Source, cached


def _path(source: Source) -> Path:
    path = cached(source)
    if path is None:
        pytest.skip(f"{source.name} is not here: run python -m scripts.fetch_real_data")
    return path


@pytest.fixture(scope="session")
def superstore_path() -> Path:
    return _path(SUPERSTORE)


@pytest.fixture(scope="session")
def cdnow_path() -> Path:
    return _path(CDNOW)


@pytest.fixture(scope="session")
def cdnow_sample_path() -> Path:
    return _path(CDNOW_SAMPLE)
