"""Runs axe-core, the checker of accessibility, in a page (version 4.14.1, MPL-2.0, kept beside this file)."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor/axe.min.js"
SERIOUS = {"serious", "critical"}


def serious_findings(page: Page) -> list[str]:
    """One line for each serious or critical violation: rule, count and the first element."""
    # Through the debugger, not as a script element: the page's policy allows scripts of its own address only.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']} ×{len(violation['nodes'])}: {violation['nodes'][0]['html'][:200]}"
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
    ]
