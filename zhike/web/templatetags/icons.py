"""The ``{% icon %}`` tag: one symbol of the sprite, sized by its surrounding text."""

from __future__ import annotations

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """The icon ``name`` of scripts/icons.txt, decorative unless ``label`` says what it means by itself."""
    if label:
        markup = '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>'
        return format_html(markup, label, address(name))
    return decoration(name)


def address(name: str) -> str:
    return f"{static('icons/sprite.svg')}#{name}"


@cache
def decoration(name: str) -> SafeString:
    """A page has dozens of these; each is put together once a process."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address(name))
