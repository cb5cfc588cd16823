"""What pages draw once: blocks that are the same for everybody, literal texts, and what follows from rights alone."""

from __future__ import annotations

from django.template import Context, Template
from django.utils.translation import override

from tests.cast import Cast
from zhike.accounts.actors import actor_for
from zhike.lib.html import format_html, format_html_join, joined
from zhike.metadata import registry
from zhike.metadata.kept import kept

PAYLOAD = "<b>&"
ESCAPED = "&lt;b&gt;&amp;"


def test_a_fixed_block_is_drawn_in_the_language_of_each_reader_and_sees_nothing_of_the_page() -> None:
    template = Template('{% load i18n fixed %}{% fixed %}{% translate "Close" %}{{ secret }}{% endfixed %}')

    with override("zh-hans"):
        chinese = template.render(Context({"secret": "of another reader"}))
    with override("en"):
        english = template.render(Context({"secret": "of another reader"}))
    with override("zh-hans"):
        again = template.render(Context())

    assert (english, chinese) == ("Close", again)
    assert chinese != english


def test_a_literal_text_follows_the_language_and_a_variable_one_its_value() -> None:
    template = Template('{% load i18n %}{% translate "Close" %} {% translate word %}')

    with override("en"):
        assert template.render(Context({"word": PAYLOAD})) == f"Close {ESCAPED}"
        assert template.render(Context({"word": "Close"})) == "Close Close"
    with override("zh-hans"):
        assert "Close" not in template.render(Context({"word": "Close"}))


def test_markup_escapes_whatever_is_not_safe() -> None:
    safe = format_html("<i>{}</i>", PAYLOAD)

    assert safe == f"<i>{ESCAPED}</i>"
    assert format_html("{}{name}{}", safe, 1, name=PAYLOAD) == f"{safe}{ESCAPED}1"
    assert format_html_join("<br>", "[{}]", [(PAYLOAD,), (safe,)]) == f"[{ESCAPED}]&lt;br&gt;[{safe}]"
    assert joined([safe, PAYLOAD], "&") == f"{safe}&amp;{ESCAPED}"


def test_what_is_kept_for_an_actor_ends_with_the_catalogue(cast: Cast) -> None:
    actor = actor_for(cast.bob)
    assert actor is not None
    made = iter(range(9))

    first = [kept(actor, "test", lambda: next(made)) for _again in range(2)]
    registry.forget()

    assert first == [0, 0]
    assert kept(actor, "test", lambda: next(made)) == 1
