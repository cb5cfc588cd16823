"""All addresses of the product: pages from the web package, the API below ``/api/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("zhike.api.urls")),
    path("", include("zhike.web.urls")),
]
