"""One file adds an object: written into a temporary app, it has list, form, API, import, rights and history."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# Not marked to run on PostgreSQL too: the process below has an installation of its own, on SQLite, whatever the others have.
pytestmark = pytest.mark.slow

HERE = Path(__file__).parent / "one_file"
ROOT = HERE.parent.parent.parent
SETTINGS = """
from zhike.config.settings import *
INSTALLED_APPS = [*INSTALLED_APPS, "coupons.apps.CouponsConfig"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
ALLOWED_HOSTS = ["*"]
"""
APPS = """
from importlib import import_module
from django.apps import AppConfig

class CouponsConfig(AppConfig):
    name = "coupons"

    def ready(self):
        import_module("coupons.coupon")
"""


def test_one_file_adds_an_object(tmp_path: Path) -> None:
    app = tmp_path / "coupons"
    app.mkdir()
    (app / "__init__.py").touch()
    (app / "apps.py").write_text(APPS)
    (app / "models.py").write_text("from coupons.coupon import Coupon\n\n__all__ = ['Coupon']\n")
    shutil.copy(HERE / "coupon.py", app / "coupon.py")
    (tmp_path / "coupon_settings.py").write_text(SETTINGS)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ZHIKE_", "DATABASE_"))}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "coupon_settings",
        "ZHIKE_DATA_DIR": str(tmp_path / "data"),
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
    }
    proof = subprocess.run(  # noqa: S603
        [sys.executable, str(HERE / "proof.py")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert proof.returncode == 0, proof.stderr[-3000:]
    answers = json.loads(proof.stdout.splitlines()[-1])
    assert [name for name, held in answers.items() if not held] == []
