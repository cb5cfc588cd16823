"""Finds a Chromium with Chinese fonts for the browser tests, and gets one where there is none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from scripts.debian import install

NAMES = ("chromium", "chromium-browser", "google-chrome")


def installed() -> str | None:
    """Path of the browser on this machine, the one that Playwright keeps for itself included."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    kept = sorted(Path("~/.cache/ms-playwright").expanduser().glob("chromium-*/chrome-linux*/chrome"))
    return str(kept[-1]) if kept else None


def has_chinese_font() -> bool:
    """Whether a font with Chinese characters is installed; without one the screenshots show empty boxes."""
    if not shutil.which("fc-list"):
        return False
    listing = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)  # noqa: S607
    return bool(listing.stdout.strip())


def chromium() -> str | None:
    """A Chromium that can show Chinese, installed if need be; None when it cannot be had."""
    wanted = [] if installed() else ["chromium"]
    if not has_chinese_font():
        wanted += ["fontconfig", "fonts-noto-cjk"]
    if wanted:
        from_apt = install(*wanted)
        if not from_apt and not installed():
            command = [sys.executable, "-m", "playwright", "install", "chromium"]
            subprocess.run(command, check=False)  # noqa: S603
    return installed()
