"""Values on a record's page with what is known of each: verified, invalid, or nothing yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhike.accounts.models import User
from zhike.engines.verification.marking import Known
from zhike.engines.verification.models import Means, State, ValueMark
from zhike.engines.verification.verifiable import KINDS, FormCheck, check_form, is_verifiable, texts_of
from zhike.lib.html import format_html, joined
from zhike.metadata.fields.base import Context, Field
from zhike.web.records.moments import moment
from zhike.web.records.subject import Subject
from zhike.web.records.value_sources import sources
from zhike.web.templatetags.icons import icon

ICONS = {State.VERIFIED: "circle-check", State.INVALID: "circle-x"}


def can_vouch(subject: Subject, field: Field) -> bool:
    """Whether the field's values are shown with what is known of them: those that can be verified, and those confirmed."""
    value = subject.row.values.get(field.key)
    if field.computed is not None or field.key in subject.row.masked or field.type.is_empty(value):
        return False
    return is_verifiable(subject.object_type, field) or any(key == field.key for key, _value in subject.rights.marks)


def vouched(subject: Subject, field: Field) -> SafeString:
    """The values one below the other, each with a button that tells what is known and lets one say more."""
    value = subject.row.values[field.key]
    rows = []
    for part, text in parts(field, value):
        known = subject.rights.marks.get((field.key, text))
        shown = field.type.cell(part, field, subject.context)
        check = form_of(subject, field, part)
        rows.append(_line(shown, text, _badge(known, check, subject.context), f"{subject.url}values/{field.key}/"))
    return joined(rows)


def parts(field: Field, value: Any) -> list[tuple[Any, str]]:
    """The plain value in parts that have findings of their own, each as a value of the field, with its name."""
    texts = texts_of(field, value)
    apart = field.type.multiple and field.type.key in KINDS
    return list(zip([[item] for item in value] if apart else [value], texts, strict=True)) if texts else []


def form_of(subject: Subject, field: Field, part: Any) -> FormCheck:
    """What the form tells; nothing of values by which nobody is reached."""
    if not is_verifiable(subject.object_type, field):
        return FormCheck()
    return check_form(field, part[0] if field.type.multiple else part)


def _badge(known: Known | None, check: FormCheck, context: Context) -> tuple[str, str, str]:
    """Tone, icon and words."""
    if known is None or known.state is State.UNVERIFIED:
        if check.code:
            return "doubtful", "alert-triangle", str(check.message)
        return State.UNVERIFIED.value, "shield", str(State.UNVERIFIED.label)
    words = (str(known.state.label), str(known.means.label), moment(known.at, context)["exact"])
    return known.state.value, ICONS[known.state], " · ".join(words)


def _line(shown: SafeString, text: str, badge: tuple[str, str, str], url: str) -> SafeString:
    tone, name, said = badge
    return format_html(
        '<span class="vouched vouched-{}"><span class="vouched-value">{}</span><button type="button" class="vouch" data-dialog'
        ' data-url="{}?{}" title="{}" aria-label="{}">{}</button></span>',
        tone,
        shown,
        url,
        urlencode({"value": text}),
        said,
        _("%(value)s: %(state)s") % {"value": text, "state": said},
        icon(name),
    )


def value_context(subject: Subject, field: Field, text: str) -> dict[str, Any] | None:
    """Context of quality/value.html; None where the record does not hold the value."""
    held = {name: part for part, name in parts(field, subject.row.values.get(field.key))}
    if text not in held:
        return None
    check = form_of(subject, field, held[text])
    marks = list(
        ValueMark.objects.filter(
            object_key=subject.object_type.key, record_id=subject.id, field_key=field.key, value=text
        ).order_by("-pk")[:20]
    )
    current, names = next((mark for mark in marks if mark.is_current), None), names_of(marks)
    return {
        "label": field.label,
        "shown": field.type.text(held[text], field, subject.context),
        "text": text,
        "url": f"{subject.url}values/{field.key}/",
        "state": State(current.state) if current else State.UNVERIFIED,
        "fault": check.message,
        "hint": check.hint,
        "marks": [_told(mark, subject.context, names) for mark in marks],
        "source": sources(subject.object_type, subject.id, subject.context, only=[field.key]).get(field.key, ""),
        "choices": _choices(field) if subject.may("edit") and is_verifiable(subject.object_type, field) else [],
    }


def _choices(field: Field) -> list[dict[str, Any]]:
    """What one tap says of a value of this kind: state, means, words."""
    invalid = {
        "phone": (Means.CALL, _("Dead number")),
        "email": (Means.MAIL, _("Mail comes back")),
        "address": (Means.LETTER, _("Letter came back")),
    }.get(field.type.key, (Means.HAND, _("Wrong")))
    right = Means.CALL if field.type.key == "phone" else Means.HAND
    return [
        _choice(State.VERIFIED, right, _("Verified"), "circle-check", "button-primary"),
        _choice(State.VERIFIED, Means.CUSTOMER, _("Customer confirmed it"), "user-check", ""),
        _choice(State.INVALID, *invalid, "circle-x", ""),
        _choice(State.UNVERIFIED, Means.HAND, _("Not sure"), "help", "button-quiet"),
    ]


def _choice(state: State, means: Means, label: str, name: str, style: str) -> dict[str, Any]:
    return {"state": state.value, "means": means.value, "label": label, "icon": name, "style": style}


def names_of(marks: list[ValueMark]) -> dict[int, str]:
    """Names of the people who found something out."""
    ids = {mark.by_id for mark in marks if mark.by_id}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _told(mark: ValueMark, context: Context, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        **moment(mark.at, context),
        "state": State(mark.state).label,
        "means": Means(mark.means).label,
        "who": names.get(mark.by_id or 0, _("system")),
        "note": mark.note,
        "tone": {"verified": "green", "invalid": "red"}.get(mark.state, ""),
    }
