"""A form that is open to the public, and what a visitor's browser sends."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from zhike.domain.collection.models import FormState, FormVersion, WebForm
from zhike.domain.collection.services.forms import design_save, form_create
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import record_save

PHONE = "13800556601"
CONSENT = "我们只用您的资料与您联系。"


def question(name: str, *, required: bool = False, **words: str) -> dict[str, Any]:
    object_key, _dot, key = name.partition(".")
    return {"object": object_key, "key": key, "required": required, **words}


def make_form(cast: Cast, *questions: dict[str, Any], face: dict[str, Any] | None = None, **values: Any) -> WebForm:
    """An open form; arrivals go to Bob unless the values say otherwise."""
    given = {"person": cast.bob.pk, "name": "展会登记", **values}
    pk = form_create(given, actor=SYSTEM)
    found = WebForm.objects.get(pk=pk)
    asked = questions or (
        question("customer.name", required=True),
        question("customer.phones"),
        question("customer.needs"),
    )
    design_save(found, {"title": "欢迎留言", "title_en": "Welcome", "fields": [*asked], **(face or {})}, actor=SYSTEM)
    record_save(registry.get("webform"), {"state": FormState.OPEN.value}, actor=SYSTEM, id=pk)
    return WebForm.objects.get(pk=pk)


def address(form: WebForm) -> str:
    return f"/f/{form.secret}/"


def open_page(form: WebForm, browser: Client | None = None) -> str:
    """The token of a page that was opened a minute ago."""
    with time_machine.travel(timezone.now() - timedelta(minutes=1), tick=False):
        page = (browser or Client()).get(address(form)).content.decode()
    found = re.search(r'name="page" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def send(form: WebForm, *, token: str | None = None, **values: Any) -> HttpResponse:
    """Fill in and send, as a person would; names take "__" for the dot."""
    given = {key.replace("__", "."): value for key, value in values.items()}
    data = {"page": open_page(form) if token is None else token, **given}
    return Client(enforce_csrf_checks=True).post(address(form), data)  # type: ignore[return-value]


def versions(form: WebForm) -> int:
    return FormVersion.objects.filter(form=form).count()
