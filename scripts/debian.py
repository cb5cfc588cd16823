"""Installs packages of the distribution where that is allowed: as root, on a machine with apt."""

from __future__ import annotations

import os
import shutil
import subprocess


def can_install() -> bool:
    """Whether apt is here and we may use it."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str) -> bool:
    """Install ``packages``; False when that failed. Another apt at work is waited for."""
    if not can_install():
        return False
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = ([*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", *packages])
    for command in commands:
        done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)  # noqa: S603
        if done.returncode:
            return False
    return True
