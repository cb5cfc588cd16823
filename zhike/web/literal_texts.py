"""``{% translate %}`` with a literal text looks it up once a language and process; a page says a hundred such texts.

It takes the place of the tag in Django's own library when the app starts, because Django refuses a second library of that name.
"""

from __future__ import annotations

from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.templatetags import i18n
from django.utils.safestring import SafeString
from django.utils.translation import get_language


class LiteralNode(Node):
    """A literal text, said in the language of the page."""

    def __init__(self, node: i18n.TranslateNode) -> None:
        self.node = node
        self.said: dict[str | None, str] = {}

    def render(self, context: Context) -> SafeString:
        """The text, escaped like Django's."""
        language = get_language()
        found = self.said.get(language)
        if found is None:
            found = self.said[language] = str(self.node.render(context))
        return SafeString(found)


def translate(parser: Parser, token: Token) -> Node:
    """As Django's tag."""
    node = i18n.do_translate(parser, token)
    text = node.filter_expression
    is_literal = text.var.literal is not None and not text.filters
    return LiteralNode(node) if is_literal and not (node.noop or node.asvar or node.message_context) else node
