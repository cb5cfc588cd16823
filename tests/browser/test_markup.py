"""Markup that people typed does not run in a real browser, however the page puts it in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page

from tests.cast import Cast
from tests.web.markup import assemble
from zhike.accounts.models import User


@pytest.mark.django_db(transaction=True)
def test_no_dialog_opens_while_marked_up_records_are_looked_at(
    cast: Cast, sign_in: Callable[[User], Page], live_server: object
) -> None:
    """The console is watched too: what the Content-Security-Policy stops would be said there."""
    marked = assemble(cast)
    page = sign_in(cast.bob)
    opened: list[str] = []

    def heard(dialog: Dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", heard)
    base = str(getattr(live_server, "url", ""))
    for path in ("/o/customers/", f"/o/customers/{marked.ids['customer']}/", "/o/tasks/", "/"):
        page.goto(f"{base}{path}")
        page.wait_for_load_state("networkidle")
        assert page.locator("evil-x").count() == 0, path
    page.keyboard.press("/")
    page.keyboard.type("evil")
    page.wait_for_timeout(800)
    assert page.locator("evil-x").count() == 0
    assert opened == []
