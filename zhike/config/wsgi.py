"""The WSGI application that the server's workers run."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
application = get_wsgi_application()
