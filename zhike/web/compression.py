"""Sends pages and JSON compressed; files are left alone, most of them are compressed already."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

COMPRESSED = ("text/", "application/json", "application/problem+json", "application/javascript")


class TextCompression(GZipMiddleware):
    """Django's middleware, which pads the answer at random, so that its length tells nothing about secrets in it (BREACH)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, compressed when it is text that was not streamed and the browser takes it."""
        if response.streaming or not response.headers.get("Content-Type", "").startswith(COMPRESSED):
            return response
        return super().process_response(request, response)
