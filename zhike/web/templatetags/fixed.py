"""The ``{% fixed %}`` block: what is the same for everybody who reads a language."""

from __future__ import annotations

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


class FixedNode(template.Node):
    """Drawn once a language and process; the block sees nothing of the page's context."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self.drawn: dict[str | None, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        """The block in the active language."""
        language = get_language()
        found = self.drawn.get(language)
        if found is None:
            found = self.drawn[language] = self.nodelist.render(context.new())
        return found


@register.tag
def fixed(parser: Parser, _token: Token) -> FixedNode:
    """``{% fixed %}…{% endfixed %}``."""
    nodelist = parser.parse(("endfixed",))
    parser.delete_first_token()
    return FixedNode(nodelist)
