"""A sender in a process of its own, over the database of the test that started it: NAME."""

from __future__ import annotations

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.db import connections  # noqa: E402

from zhike.engines.mail.sending import send_due  # noqa: E402

if __name__ == "__main__":
    connections.settings["default"]["NAME"] = sys.argv[1]
    print(send_due("child"), flush=True)
