"""Takes the pictures of the user guide from a running demo business, in both languages.

``python -m scripts.guide_pictures http://127.0.0.1:8000``: the server must hold the demo people.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from scripts.browser import chromium

PICTURES = Path("docs/images")
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
LANGUAGES = {"zh": "zh-hans", "en": "en"}
#: So many colours show every badge and keep a picture below 70 kB.
COLOURS = 48
PASSWORD = "zhike-demo"  # noqa: S105 - demo people are refused anywhere but on loopback
FILTER = (
    '{"all":[{"field":"tier","op":"eq","value":"high"},'
    '{"any":[{"field":"stage","op":"eq","value":"silent"},{"field":"risk","op":"ne","value":"none"}]}]}'
)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: who looks at which address, and what to type into the global search before."""

    name: str
    person: str
    address: str
    phone: bool = False
    search: str = ""


TAKEN = (
    Picture("work", "zhaojianguo", "/"),
    Picture("list", "linxiaoyan", f"/o/customers/?filter={FILTER}"),
    Picture("customer", "linxiaoyan", "/o/customers/1/"),
    Picture("board", "linxiaoyan", "/o/customers/board/"),
    Picture("search", "linxiaoyan", "/o/customers/", search="zjg"),
    Picture("import", "qiuxiulan", "/o/customers/import/"),
    Picture("roles", "zhazhenyu", "/settings/roles/sales/"),
    Picture("fields", "zhazhenyu", "/settings/fields/"),
    Picture("phone", "zhaojianguo", "/o/customers/1/", phone=True),
    Picture("log", "zhaojianguo", "/log/", phone=True),
)


def take(browser: Browser, base: str, picture: Picture, suffix: str, language: str) -> None:
    """Sign in, go there, wait until nothing moves, and keep what is seen."""
    context = browser.new_context(viewport=PHONE if picture.phone else DESKTOP, has_touch=picture.phone)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page, base, picture.person, language)
    page.goto(f"{base}{picture.address}")
    page.wait_for_load_state("networkidle")
    if picture.search:
        page.keyboard.press("/")
        page.keyboard.type(picture.search)
        page.wait_for_selector("#search-results a")
    page.wait_for_timeout(400)
    target = PICTURES / f"{picture.name}.{suffix}.png"
    page.screenshot(path=target)
    context.close()
    with Image.open(target) as image:
        image.convert("RGB").quantize(COLOURS, kmeans=2).save(target, optimize=True)


def sign_in(page: Page, base: str, person: str, language: str) -> None:
    page.goto(f"{base}/login/")
    page.fill("input[name=username]", person)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/")
    page.evaluate(
        """async (language) => {
            const headers = JSON.parse(document.body.getAttribute("hx-headers"));
            await fetch("/language/", {method: "POST", headers, body: new URLSearchParams({language, next: "/"})});
        }""",
        language,
    )


def main() -> int:
    base = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        for suffix, language in LANGUAGES.items():
            for picture in TAKEN:
                take(browser, base, picture, suffix, language)
                print(f"{picture.name}.{suffix}")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
