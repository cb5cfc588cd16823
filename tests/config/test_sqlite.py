"""An SQLite that can corrupt its database is refused."""

from __future__ import annotations

import pytest

from zhike.config.sqlite import UnsoundSqlite, require_sound


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2)])
def test_an_affected_version_is_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(UnsoundSqlite, match=r"3\.51\.3"):
        require_sound(version)


def test_a_mended_version_is_taken() -> None:
    require_sound((3, 51, 3))
