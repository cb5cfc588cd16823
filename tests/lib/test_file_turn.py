"""One at a time, in the order of asking, and never against oneself."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from zhike.lib.file_turn import turn


def test_another_thread_waits_for_its_turn(tmp_path: Path) -> None:
    told: list[str] = []

    def second() -> None:
        with turn(tmp_path / "line"):
            told.append("second")

    thread = threading.Thread(target=second)
    with turn(tmp_path / "line"):
        thread.start()
        time.sleep(0.1)
        told.append("first")
    thread.join(5)

    assert told == ["first", "second"]


def test_who_has_the_turn_does_not_wait_for_themselves(tmp_path: Path) -> None:
    with turn(tmp_path / "line"), turn(tmp_path / "line"):
        pass
    with turn(tmp_path / "line"):
        pass
