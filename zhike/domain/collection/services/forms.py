"""Making forms and their versions, and counting who looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import OperationalError
from django.db.models import F, Max
from django.utils import timezone

from zhike.domain.collection.face import checked, default_face
from zhike.domain.collection.models import FormDay, FormState, FormVersion, WebForm
from zhike.metadata import policy, records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import NotFound
from zhike.metadata.setting_log import log_setting
from zhike.metadata.storage import storage


def find_form(form_id: int, *, actor: Actor, action: str = "view") -> WebForm:
    """The form within reach; raises Denied or NotFound."""
    web_form = registry.get("webform")
    policy.require(actor, web_form, action)
    rows: Any = policy.queryset_for(actor, web_form, action)
    found: WebForm | None = rows.filter(pk=form_id).first()
    if found is None:
        raise NotFound("webform", form_id)
    return found


def form_create(values: Mapping[str, Any], *, actor: Actor) -> int:
    """A draft with the usual questions; raises Denied or Invalid."""
    with storage().write_transaction():
        given = {"person": actor.user_id, **values, "state": FormState.DRAFT.value}
        pk = records.record_save(registry.get("webform"), given, actor=actor)
        face = default_face(str(values.get("name", "")).strip()[:120])
        FormVersion.objects.create(form_id=pk, number=1, face=face, at=timezone.now(), by_id=actor.user_id)
    return pk


def design_save(form: WebForm, raw: Mapping[str, Any], *, actor: Actor) -> FormVersion:
    """Keep what visitors see from now on as a new version; the same face again makes none. Raises Denied or Invalid."""
    find_form(form.pk, actor=actor, action="edit")
    face = checked(raw)
    with storage().write_transaction():
        storage().lock_key(f"webform:{form.pk}")
        before = newest(form)
        if before is not None and before.face == face:
            return before
        number = (FormVersion.objects.filter(form=form).aggregate(most=Max("number"))["most"] or 0) + 1
        made = FormVersion.objects.create(form=form, number=number, face=face, at=timezone.now(), by_id=actor.user_id)
        changed = {key: (before.face.get(key) if before else None, face[key]) for key in face}
        told = {key: pair for key, pair in changed.items() if pair[0] != pair[1]}
        log_setting("webform_design", form.pk, told, label=form.name, actor=actor)
    return made


def newest(form: WebForm) -> FormVersion | None:
    return FormVersion.objects.filter(form=form).order_by("-number").first()


def form_at(secret: str) -> WebForm | None:
    """The form with this public address, whatever its state; None where there is none."""
    return WebForm.objects.filter(secret=secret, deletion__isnull=True).first()


def is_open(form: WebForm, today: date) -> bool:
    """Whether arrivals are taken on this day."""
    begun = form.opens_on is None or form.opens_on <= today
    return form.state == FormState.OPEN and begun and (form.closes_on is None or today <= form.closes_on)


def view_count(form: WebForm, today: date) -> None:
    """Count one more look at the page; a base that is busy loses the count, never the page."""
    try:
        with storage().write_transaction():
            if not FormDay.objects.filter(form=form, day=today).update(views=F("views") + 1):
                FormDay.objects.bulk_create([FormDay(form=form, day=today, views=0)], ignore_conflicts=True)
                FormDay.objects.filter(form=form, day=today).update(views=F("views") + 1)
    except OperationalError:
        return
