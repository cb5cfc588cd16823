"""What becomes of intelligence: it is weighed, concluded, archived, asks for confirmation, and good news is congratulated on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from zhike.accounts.rights import on_behalf
from zhike.domain.activities.choices import TaskKind
from zhike.domain.key_accounts.choices import NoteKind, NoteReliability, NoteState
from zhike.domain.key_accounts.models import IntelligenceNote
from zhike.jobs.scheduler import scheduled
from zhike.metadata import changes, notices, policy, records, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.fields.choice_option import choices_from_pairs
from zhike.metadata.models import Change
from zhike.metadata.notices import Notice, NoticeKind
from zhike.metadata.records import Origin, Row
from zhike.metadata.storage import storage

AT_ONCE = 500
#: Days that one has to congratulate, from the day the news came.
DAYS_TO_CONGRATULATE = 3
ORIGIN = Origin("key_accounts", "intelligence")
IN_THE_PAST = Problem("in_the_past", gettext_lazy("Give a day that is still to come."))

STALE = notices.register(
    NoticeKind(
        "note_stale",
        gettext_lazy("A note about a key customer asks for confirmation"),
        gettext_lazy("Does this still hold? “%(title)s”"),
        icon="hourglass",
    )
)


def _change(ids: Sequence[int], values: dict[str, Any], actor: Actor) -> None:
    object_type = registry.get("intelligence_note")
    rows: Any = policy.queryset_for(actor, object_type, "edit").filter(pk__in=ids)
    found = set(rows.values_list("pk", flat=True))
    if missing := set(ids) - found:
        raise NotFound("intelligence_note", min(missing))
    for written in records.save(object_type, [Row(values, id=pk) for pk in sorted(found)], actor=on_behalf(actor)).rows:
        if written.problems:
            raise Invalid(written.problems)


def note_conclude(ids: Sequence[int], *, actor: Actor, conclusion: str, reliability: str | None = None) -> None:
    """Weigh notes: what follows from them, and how far they can be relied upon. Raises NotFound."""
    values: dict[str, Any] = {"state": NoteState.CONCLUDED.value, "conclusion": conclusion}
    _change(ids, values | ({"reliability": reliability} if reliability else {}), actor)


def note_confirm(ids: Sequence[int], *, actor: Actor, until: date) -> None:
    """Say that notes still hold, until a day. Raises NotFound, or Invalid for a day that is over."""
    if until < timezone.localdate():
        raise Invalid({"until": [IN_THE_PAST]})
    notes = IntelligenceNote.objects.filter(pk__in=ids)
    concluded = [pk for pk, text in notes.values_list("pk", "conclusion") if text]
    for state, part in ((NoteState.CONCLUDED, concluded), (NoteState.NEW, [pk for pk in ids if pk not in concluded])):
        if part:
            values = {"state": state.value, "valid_until": until, "reliability": NoteReliability.CONFIRMED.value}
            _change(part, values, actor)


def note_archive(ids: Sequence[int], *, actor: Actor) -> None:
    """Put notes away; they stay in the dossier's archive. Raises NotFound."""
    _change(ids, {"state": NoteState.ARCHIVED.value}, actor)


@scheduled("key_accounts.stale_notes", daily_at="07:20")
def ask_for_confirmation() -> int:
    """Notes past their day ask who wrote them down and who owns the customer; returns how many."""
    today, asked = timezone.localdate(), 0
    while True:
        due = IntelligenceNote.objects.filter(
            state__in=(NoteState.NEW, NoteState.CONCLUDED), valid_until__lt=today, deletion__isnull=True
        )
        with storage().write_transaction():
            found = list(
                due.order_by("valid_until", "pk").values_list("pk", "owner_id", "customer__owner_id")[:AT_ONCE]
            )
            if not found:
                return asked
            rows = [Row({"state": NoteState.STALE.value}, id=pk) for pk, *_people in found]
            records.save(registry.get("intelligence_note"), rows, actor=SYSTEM, origin=ORIGIN)
            notices.send(
                [
                    Notice(
                        STALE.key,
                        tuple({person for person in people if person is not None}),
                        "intelligence_note",
                        pk,
                        once=f"note_stale:{pk}:{today.isoformat()}",
                    )
                    for pk, *people in found
                ]
            )
        asked += len(found)


@changes.consumer("congratulations")
def congratulate(sealed: Sequence[Change]) -> None:
    """Good news about a customer gives its owner an occasion: one task a note, however often it is changed."""
    ids = {
        change.record_id
        for change in sealed
        if change.object_key == "intelligence_note" and change.action in {Change.Action.CREATE, Change.Action.UPDATE}
    }
    fresh = IntelligenceNote.objects.filter(
        pk__in=ids,
        kind=NoteKind.GOOD_NEWS,
        task_id__isnull=True,
        deletion__isnull=True,
        customer__deletion__isnull=True,
        customer__owner__isnull=False,
    ).exclude(state=NoteState.ARCHIVED)
    notes = list(fresh.select_related("customer").order_by("pk"))
    if not notes:
        return
    tasks = [
        Row(
            {
                "title": (_("Congratulate: %(title)s") % {"title": note.title})[:200],
                "kind": TaskKind.CALL.value,
                "customer": note.customer_id,
                "owner": note.customer.owner_id,
                "due_at": _until(note.noted_on),
            }
        )
        for note in notes
    ]
    result = records.save(registry.get("task"), tasks, actor=SYSTEM, origin=ORIGIN)
    for note, made in zip(notes, result.rows, strict=True):
        note.task_id = made.id
    IntelligenceNote.objects.bulk_update(notes, ["task_id"], batch_size=AT_ONCE)


def _until(noted_on: date) -> datetime:
    """Soon after the news, and never in the past."""
    day = max(noted_on + timedelta(days=DAYS_TO_CONGRATULATE), timezone.localdate())
    return timezone.make_aware(datetime.combine(day, time(17)))


OPEN = {"field": "state", "op": "in", "value": [NoteState.NEW.value, NoteState.STALE.value]}
registry.action(
    IntelligenceNote,
    key="conclude",
    label=gettext_lazy("Weigh and conclude"),
    permission="edit",
    icon="scale",
    when=OPEN,
    arguments=(
        Field(key="conclusion", type=field_type("long_text"), label=gettext_lazy("conclusion"), required=True),
        Field(
            key="reliability",
            type=field_type("choice"),
            label=gettext_lazy("reliability"),
            options={"choices": choices_from_pairs(NoteReliability.choices, {})},
        ),
    ),
)(note_conclude)
registry.action(
    IntelligenceNote,
    key="confirm",
    label=gettext_lazy("Still holds"),
    permission="edit",
    icon="check",
    when={"field": "state", "op": "eq", "value": NoteState.STALE.value},
    arguments=(Field(key="until", type=field_type("date"), label=gettext_lazy("valid until"), required=True),),
)(note_confirm)
registry.action(
    IntelligenceNote,
    key="archive",
    label=gettext_lazy("Archive"),
    permission="edit",
    icon="archive",
    is_rare=True,
    when={"field": "state", "op": "ne", "value": NoteState.ARCHIVED.value},
)(note_archive)
