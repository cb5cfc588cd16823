"""No page mixes languages: what the product itself says is in the reader's, in labels, hints, units and choices alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from tests.cast import Cast, actor, client
from tests.web.records import customers, records
from zhike.accounts.models import User
from zhike.config import urls  # noqa: F401 - pages stand in the navigation once their views are known
from zhike.metadata import policy, registry
from zhike.metadata.places import list_url, record_url
from zhike.web.settings_pages import PAGES
from zhike.web.shell import navigation, new_records

pytestmark = pytest.mark.django_db

SPOKEN = ("aria-label", "title", "placeholder", "alt")
UNHEARD = {"script", "style", "code", "kbd", "datalist", "textarea"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
HAN = re.compile("[一-鿿]")
WORD = re.compile(r"[A-Za-z]{3,}")
ADDRESS = re.compile(r"/[a-z_/0-9]+/|[a-z.]+@[a-z.]+|\{\{[a-z_]+\}\}")
#: What the records of these tests and the cast say.
DATA = re.compile("营业部|销售一部|销售二部|服务市场部|海天包装|李明|回访一下|简体中文")
#: Names and abbreviations that stand in Chinese pages too, and what the cast is called.
BOTH = frozenset(
    [
        "alt",
        "vcf",
        "zjg",
        "alice",
        "bob",
        "charlie",
        "mallory",
        "sara",
        "max",
        "eve",
        "clara",
        "adam",
        "disabled",
        "expired",
        "ctrl",
        "enter",
        "esc",
        "zhike",
        "english",
        "csv",
        "xlsx",
        "xls",
        "ods",
        "vcard",
        "api",
        "url",
        "json",
        "http",
        "https",
        "smtp",
        "tls",
        "starttls",
        "ssl",
        "pdf",
        "html",
        "iframe",
        "linkedin",
        "skype",
        "whatsapp",
        "line",
        "facebook",
        "com",
        "example",
        "qq",
        "utc",
        "gmt",
        "asia",
        "shanghai",
        "rfm",
        "cpe",
        "webhook",
        "bearer",
        "token",
        "excel",
        "wps",
        "sql",
        "webp",
        "png",
        "svg",
        "css",
        "ocr",
        "web",
        "gb",
        "utf",
        "tsv",
        "txt",
        "xlsm",
        "xlsb",
        "mb",
        "kb",
        "ip",
    ]
)


class Listener(HTMLParser):
    """Collects what a reader sees or hears of a page, without what says that it is in another language."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, bool]] = [("", False)]
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        muted = self.stack[-1][1] or tag in UNHEARD or (tag != "html" and "lang" in given) or "aria-hidden" in given
        if tag not in VOID:
            self.stack.append((tag, muted))
        if not muted:
            self.texts += [given[name] or "" for name in SPOKEN if name in given]

    def handle_endtag(self, tag: str) -> None:
        if tag in {opened for opened, _muted in self.stack}:
            while self.stack.pop()[0] != tag:
                continue

    def handle_data(self, data: str) -> None:
        if not self.stack[-1][1]:
            self.texts.append(data)


def foreign(page: str, language: str) -> set[str]:
    """What the page says in another language than that of the reader."""
    listener = Listener()
    listener.feed(page)
    texts = {DATA.sub("", " ".join(text.split())) for text in listener.texts}
    texts = {ADDRESS.sub("", text) for text in texts}
    if language == "en":
        return {text for text in texts if HAN.search(text)}
    return {text for text in texts if any(word.lower() not in BOTH for word in WORD.findall(text))}


def addresses(person: User) -> Iterator[str]:
    """Every place of the navigation, the pages around each list, a record of each kind, the settings and one's own."""
    reader = actor(person)
    yield from (entry["url"] for group in navigation(reader) for entry in group["links"])
    yield from (entry["url"] for group in new_records(reader) for entry in group["links"])
    for object_type in registry.all_types():
        if not policy.may(reader, object_type, "view"):
            continue
        url = list_url(object_type.key)
        yield from (
            url,
            f"{url}filter/",
            f"{url}columns/",
            f"{url}bin/",
            f"{url}import/",
            f"{url}export/",
            f"{url}merge/",
        )
        found = policy.queryset_for(reader, object_type, "view").first()
        if found is not None:
            record = record_url(object_type.key, found.pk)
            yield from (record, f"{record}edit/", f"{record}history/", f"{record}why/")
    for page in PAGES:
        try:
            yield reverse(page.address)
        except NoReverseMatch:
            continue
    yield from (
        "/me/",
        "/me/password/",
        "/jobs/",
        "/vcards/",
        "/cards/",
        "/log/",
        "/reviews/team/",
        "/reviews/samples/",
    )
    yield from ("/quality/inspections/", "/quality/clean/", "/notifications/following/", "/checks/", "/search/?q=zz")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["alice", "clara", "adam"])
def test_pages_speak_the_language_of_their_reader(cast: Cast, name: str, language: str) -> None:
    [pk] = customers(cast.bob, "海天包装", phones=["13800138000"])
    records("contact", [{"name": "李明", "customer": pk}])
    records("task", [{"title": "回访一下", "due_at": timezone.now(), "owner": cast.bob.pk, "customer": pk}])
    records("interaction", [{"customer": pk, "channel": "call", "happened_at": timezone.now(), "content": "回访一下"}])
    reader = User.objects.get(pk=getattr(cast, name).pk)
    User.objects.filter(pk=reader.pk).update(language=language)
    visitor = client(reader)

    found: dict[str, str] = {}
    for address in dict.fromkeys(addresses(reader)):
        answer = visitor.get(address, follow=True, headers={"Accept-Language": language})
        if answer.status_code == 200:
            found |= {wrong: address for wrong in foreign(answer.content.decode(), language) if wrong not in found}

    assert found == {}


def test_a_page_that_mixes_languages_is_noticed() -> None:
    page = '<p title="Owner">负责人 <b>Save</b> <a lang="en">English only</a> CSV</p>'

    assert foreign(page, "zh-hans") == {"Owner", "Save"}
    assert foreign(page, "en") == {"负责人"}
    assert foreign("<p>海天包装 Alice</p>", "en") == set()
