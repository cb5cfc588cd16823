"""The ``{% icon %}`` tag: one symbol of the sprite, sized by its surrounding text."""

from __future__ import annotations

from functools import cache

from django import template
from django.template.base import FilterExpression, Node, Parser, Token
from django.template.context import Context
from django.templatetags.static import static
from django.utils.safestring import SafeString

from zhike.lib.html import format_html

register = template.Library()


class IconNode(Node):
    """An icon whose name the template says or computes."""

    def __init__(self, name: FilterExpression, label: FilterExpression | None) -> None:
        self.name = name
        self.label = label

    def render(self, context: Context) -> SafeString:
        """The icon as markup."""
        label = self.label.resolve(context) if self.label else ""
        return icon(self.name.resolve(context), label)


@register.tag("icon")
def compiled(parser: Parser, token: Token) -> IconNode:
    """``{% icon name [label] %}``: an icon of scripts/icons.txt, decorative unless ``label`` says what it means by itself."""
    _tag, name, *label = token.split_contents()
    return IconNode(parser.compile_filter(name), parser.compile_filter(label[0]) if label else None)


def icon(name: str, label: str = "") -> SafeString:
    """The icon as markup."""
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
