"""The composer on a record's page: which type it writes, what it offers, and how its form becomes values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zhike.engines.submissions.services import new_key
from zhike.lib.phones import format_phone
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.fields.choice_option import offered
from zhike.metadata.labels import fill_labels
from zhike.metadata.models import Record
from zhike.metadata.object_type import Composer, ObjectType
from zhike.metadata.query import PageRow, related_rows
from zhike.web.records.moments import local_day
from zhike.web.records.story_words import KIND_ICONS
from zhike.web.records.subject import Subject

MOST_PEOPLE = 20
LONGEST_REMINDER = 300
#: When a next step of a day is due, in the writer's zone.
DUE_AT = time(9)


def composer_type(actor: Actor, subject_type: ObjectType) -> tuple[ObjectType, Composer] | None:
    """The first type whose records are written on pages of ``subject_type`` and that the actor may create."""
    for object_type in registry.all_types():
        described = object_type.composer
        if described is None or not policy.may(actor, object_type, "create"):
            continue
        if object_type.field(described.subject).options.get("target") == subject_type.key:
            return object_type, described
    return None


def load_people(subject: Subject) -> list[PageRow]:
    """Records below the subject that one may have spoken with, such as its contacts."""
    found = composer_type(subject.actor, subject.object_type)
    if found is None or found[1].person is None:
        return []
    object_type, described = found
    target = registry.get(object_type.field(described.person or "").options["target"])
    via = target.scope_from
    if via is None or target.field(via).options.get("target") != subject.object_type.key:
        return []
    if not policy.may(subject.actor, target, "view"):
        return []
    column = target.field(via).column or via

    def rows(record_id: int) -> QuerySet[Record]:
        """Their rights follow the subject, which the actor sees."""
        below = policy.every_record(target).filter(deletion__isnull=True, **{column: record_id})
        return below.order_by("pk")[:MOST_PEOPLE]

    columns = (target.title, *(field.key for field in phone_fields(target)))
    return related_rows(
        target, rows, subject.id, key="people", actor=subject.actor, context=subject.context, columns=columns
    )


def composer(
    subject: Subject, people: list[PageRow], *, typed: Mapping[str, Any] | None = None, error: str = ""
) -> dict[str, Any] | None:
    """Context of record_detail/composer.html; None where the actor writes nothing down."""
    found = composer_type(subject.actor, subject.object_type)
    if found is None:
        return None
    context = composer_context(*found, context=subject.context, typed=typed or {}, error=error)
    return {
        **context,
        "url": f"{subject.url}log/",
        "key": f"{subject.object_type.key}:{subject.id}",
        "form_key": new_key(),
        "numbers": numbers(found[0], found[1], subject, people, (typed or {}).get("dialled", "")),
        "contacts": contacts(found[0], found[1], people, subject.context, (typed or {}).get("person", "")),
        "habits": reminder(subject, found[1]),
    }


def composer_context(
    object_type: ObjectType, described: Composer, *, context: Context, typed: Mapping[str, Any], error: str
) -> dict[str, Any]:
    """What does not depend on the record that it is about."""
    choices = {choice.key: choice for choice in offered(object_type.field(described.kind))}
    kinds = [choices[key] for key in described.kinds if key in choices]
    chosen = typed.get("kind") or (kinds[0].key if kinds else "")
    outcome = object_type.field(described.outcome) if described.outcome else None
    return {
        "placeholder": _("Log a call, visit or message …"),
        "kinds": [
            {
                "value": choice.key,
                "label": choice.text(context),
                "icon": KIND_ICONS.get(choice.key, object_type.icon),
                "checked": choice.key == chosen,
            }
            for choice in kinds
        ],
        "outcomes": [
            {"value": choice.key, "label": choice.text(context), "checked": choice.key == typed.get("outcome")}
            for choice in (offered(outcome) if outcome else ())
        ],
        "dates": quick_dates(local_day(context.now, context)),
        "content": typed.get("text", ""),
        "typed": typed,
        "contacts": [],
        "error": error,
    }


def contacts(
    object_type: ObjectType, described: Composer, people: list[PageRow], context: Context, chosen: str
) -> list[dict[str, Any]]:
    if described.person is None or not people:
        return []
    target = registry.get(object_type.field(described.person).options["target"])
    title = target.field(target.title)
    return [
        {
            "id": row.id,
            "chosen": str(row.id) == chosen,
            "label": title.type.text(row.values.get(title.key), title, context) or f"#{row.id}",
        }
        for row in people
    ]


def phone_fields(object_type: ObjectType) -> list[Field]:
    return [field for field in object_type.active_fields if field.type.key == "phone" and field.computed is None]


def numbers(
    object_type: ObjectType, described: Composer, subject: Subject, people: list[PageRow], chosen: str
) -> list[dict[str, Any]]:
    """Numbers that may have been dialled: those of the subject and of its people that the actor sees in full."""
    if described.dialled is None:
        return []
    told = [("", number) for number in _numbers_of(subject.object_type, subject.row)]
    if described.person is not None:
        target = registry.get(object_type.field(described.person).options["target"])
        title = target.field(target.title)
        for row in people:
            name = title.type.text(row.values.get(title.key), title, subject.context)
            told += [(name, number) for number in _numbers_of(target, row)]
    first = {number: name for name, number in reversed(told)}
    return [
        {
            "value": number,
            "label": f"{name} {format_phone(number)}".strip(),
            "chosen": number == chosen or len(first) == 1,
        }
        for number, name in reversed(first.items())
    ]


def _numbers_of(object_type: ObjectType, row: PageRow) -> list[str]:
    return [
        number
        for field in phone_fields(object_type)
        if field.key not in row.masked
        for number in row.values.get(field.key) or ()
    ]


def reminder(subject: Subject, described: Composer) -> str:
    """What to keep in mind about the record, such as a customer's habits."""
    if described.mind is None or described.mind in subject.row.masked:
        return ""
    text = str(subject.row.values.get(described.mind) or "")
    return text if len(text) <= LONGEST_REMINDER else f"{text[:LONGEST_REMINDER]}…"


def quick_dates(today: date) -> list[dict[str, str]]:
    """Days on which the next step usually is due; the last one lets the writer choose."""
    monday = today + timedelta(days=7 - today.weekday())
    return [
        {"label": _("Tomorrow"), "date": (today + timedelta(days=1)).isoformat()},
        {"label": _("Next Monday"), "date": monday.isoformat()},
        {"label": _("In two weeks"), "date": (today + timedelta(days=14)).isoformat()},
        {"label": _("Choose …"), "date": ""},
    ]


# Submitting -------------------------------------------------------------------------------------------------------


def typed_values(data: Mapping[str, Any]) -> dict[str, str]:
    """What the form sent, under names that do not depend on the type."""
    return {
        "kind": data.get("channel", ""),
        "text": data.get("content", ""),
        "outcome": data.get("outcome", ""),
        "person": data.get("contact", ""),
        "dialled": data.get("dialled", ""),
        "next_step": data.get("next_action", ""),
        "next_at": data.get("next_at") or data.get("next_quick", ""),
    }


def record_values(described: Composer, subject_id: int, typed: Mapping[str, str], context: Context) -> dict[str, Any]:
    """Raw values of the record to be written, by the field keys of its type."""
    values: dict[str, Any] = {
        described.subject: subject_id,
        described.kind: typed["kind"],
        described.text: typed["text"],
    }
    optional = (
        (described.outcome, typed["outcome"]),
        (described.person, typed["person"]),
        (described.dialled, typed.get("dialled", "")),
        (described.next_step, typed["next_step"].strip()),
        (described.next_at, due_moment(typed["next_at"], context)),
    )
    values.update({key: value for key, value in optional if key is not None and value})
    return values


def due_moment(text: str, context: Context) -> Any:
    """A day becomes its morning in the writer's zone; anything else is left for the field to read or refuse."""
    try:
        return datetime.combine(date.fromisoformat(text), DUE_AT, tzinfo=context.timezone)
    except ValueError:
        return text


def fetch_title(field: Field, value: Any, context: Context) -> None:
    """The title of what a link points to."""
    target = field.type.link_targets(field)
    if target is not None:
        fill_labels({target: field.type.link_ids(value)}, context)
