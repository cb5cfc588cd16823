"""The ``{% styles %}`` tag: links to the style sheets of a group of pages."""

from __future__ import annotations

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.safestring import SafeString

from zhike.lib.html import format_html_join
from zhike.web.style_sheets import bundle_path, sheet_paths

register = template.Library()


@register.simple_tag
def styles(name: str) -> SafeString:
    """One link where static files are collected, one for each sheet while developing."""
    paths = [bundle_path(name)] if getattr(staticfiles_storage, "has_bundles", False) else sheet_paths(name)
    return format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((staticfiles_storage.url(path),) for path in paths)
    )
