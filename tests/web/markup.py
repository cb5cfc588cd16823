"""Markup that people may type anywhere, records full of it, and what a browser would make of a page."""

from __future__ import annotations

from dataclasses import dataclass, field as dataclass_field
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.cast import Cast, actor, person
from zhike.accounts.roles import role_create
from zhike.engines.comments.services import comment_add
from zhike.engines.files.services import file_add
from zhike.engines.saved_views.definition import Definition
from zhike.engines.saved_views.services import view_create
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.customising import field_create
from zhike.metadata.customising_objects import object_create
from zhike.metadata.records import record_save

#: Breaks out of text, of attributes in either quotes, of scripts and of comments; short enough for a name.
PAYLOAD = """--></script>'"><evil-x onclick=alert(1)><img src=x onerror=alert(1)>"""
#: The same for labels and names that must be short.
SHORT = """'"><evil-x onclick=a()>"""
SCHEMES = ("javascript:", "data:text/html", "vbscript:")
LINKS = frozenset({"href", "src", "action", "formaction", "hx-get", "hx-post", "xlink:href", "poster", "srcdoc"})


class Reader(HTMLParser):
    """Collects what came from data and not from a template."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _value in attrs}
        if tag == "evil-x" or any(name.startswith("on") for name in names):
            self.found.append(f"<{tag} {' '.join(sorted(names))}>")
        if tag == "script" and not {"src", "type"} & names:
            self.found.append("inline script")
        for name, value in attrs:
            if name in LINKS and (value or "").strip().lower().startswith(SCHEMES):
                self.found.append(f"{name}={value}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)


def alive(page: str) -> list[str]:
    """What a browser would run in the page."""
    reader = Reader()
    reader.feed(page)
    return reader.found


@dataclass(slots=True)
class Marked:
    """Numbers of the records, by object key."""

    ids: dict[str, int] = dataclass_field(default_factory=dict)
    view: int = 0
    file: int = 0
    vehicle_slug: str = ""


def texts(key: str) -> dict[str, Any]:
    """The payload in every field that takes text of people."""
    found = registry.get(key)
    unfit = {"credit_code", "occupation", "dialled"}
    plain = [field for field in found.writable_fields if field.key not in unfit and not field.unique]
    short = {field.key: SHORT for field in plain if field.type.key == "text"}
    return {**short, **{field.key: PAYLOAD for field in plain if field.type.key == "long_text"}, found.title: PAYLOAD}


def assemble(cast: Cast) -> Marked:
    """One record of each kind with markup in all its texts, and labels that an administrator marked up."""
    adam = actor(cast.adam)
    choices = [{"key": "one", "label": SHORT}]
    field_create("customer", kind="text", label=SHORT, key="mark", section=SHORT, help=PAYLOAD, actor=adam)
    field_create("customer", kind="choice", label="选", key="picked", options={"choices": choices}, actor=adam)
    vehicle = object_create(label=SHORT, key="x_cart", actor=adam)
    role_create(name=SHORT, description=PAYLOAD, actor=adam)
    person("marked", "sales", cast.first)
    marked = Marked(vehicle_slug=registry.get(vehicle.key).slug)
    owned = {"owner": cast.bob.pk, "department": cast.first.pk}
    tag = record_save(registry.get("tag"), {"name": SHORT}, actor=SYSTEM)
    customer = {**texts("customer"), **owned, "kind": "company", "picked": "one", "tags": [tag], "tier": "low"}
    customer["address"] = {"province": "浙江省", "city": SHORT, "street": PAYLOAD}
    put = marked.ids
    put["customer"] = record_save(registry.get("customer"), customer, actor=SYSTEM)
    link = {"customer": put["customer"]}
    put["contact"] = record_save(registry.get("contact"), {**texts("contact"), **link}, actor=SYSTEM)
    put["task"] = record_save(registry.get("task"), {**texts("task"), **owned, **link}, actor=SYSTEM)
    talk = {**texts("interaction"), **link, "channel": "call", "happened_at": "2026-01-05 10:00", "owner": cast.bob.pk}
    put["interaction"] = record_save(registry.get("interaction"), talk, actor=SYSTEM)
    put["x_cart"] = record_save(registry.get("x_cart"), {**texts("x_cart"), **owned}, actor=SYSTEM)
    put["tag"] = tag
    bob, found = actor(cast.bob), registry.get("customer")
    record_save(found, {"note": f"{PAYLOAD} 2", "wechat": "w"}, id=put["customer"], actor=bob)
    comment_add(found, put["customer"], f"@Alice {PAYLOAD} https://example.cn/{PAYLOAD}", actor=bob)
    upload = SimpleUploadedFile(f"{PAYLOAD.replace('/', '')}.txt", b"text", "text/html")
    marked.file = file_add(found, put["customer"], upload, actor=bob).pk
    marked.view = view_create(found, name=SHORT, definition=Definition(), shared="department", actor=bob).pk
    return marked
