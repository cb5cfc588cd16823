"""Who is meant by @names in a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.contrib.auth import get_user_model
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from zhike.lib.html import format_html

#: An @ that does not stand inside an e-mail address, and what may be a name behind it.
AT = re.compile(r"(?<![A-Za-z0-9._%+-])@(\w[\w·.\- ]{0,39})")
MOST = 20


def mentioned_ids(text: str, picked: Sequence[int] = ()) -> set[int]:
    """Ids of active people whose @name stands in the text; of namesakes those who were picked, else none of them."""
    found = [match.group(1) for match in AT.finditer(text)][:MOST]
    if not found:
        return set()
    beginnings = {name[:length].rstrip() for name in found for length in range(1, len(name) + 1)}
    rows = get_user_model()._default_manager.filter(name__in=beginnings, is_active=True, deletion__isnull=True)
    people: dict[str, set[int]] = {}
    for pk, name in rows.values_list("pk", "name"):
        people.setdefault(name, set()).add(pk)
    wanted: set[int] = set()
    for written in found:
        name = longest_name(written, people)
        namesakes = people.get(name, set())
        wanted |= namesakes if len(namesakes) == 1 else namesakes & set(picked)
    return wanted


def longest_name(written: str, names: Iterable[str]) -> str:
    """The longest of the names with which the text behind the @ begins; "" when there is none."""
    return max((name for name in names if written.startswith(name)), key=len, default="")


def comment_html(text: str, names: Iterable[str]) -> SafeString:
    """The comment as escaped HTML with the @names of people marked; line ends are kept by the style sheet."""
    known = sorted(names, key=len, reverse=True)
    parts: list[str] = []
    end = 0
    for match in AT.finditer(text):
        name = longest_name(match.group(1), known)
        if name:
            parts += [escape(text[end : match.start()]), format_html('<b class="mention">@{}</b>', name)]
            end = match.start() + 1 + len(name)
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308 - every part is escaped
