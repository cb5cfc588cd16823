"""The history of a record: who changed what, when."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.metadata.changes import HistoryEntry, history
from zhike.metadata.models import Batch
from zhike.metadata.object_type import ObjectType
from zhike.web.edges import object_view
from zhike.web.records import change_words
from zhike.web.records.moments import moment
from zhike.web.records.story_words import person_name
from zhike.web.records.subject import Subject, Wanted, fetch, load, want

PAGE_SIZE = 50


@require_safe
@object_view
def record_history(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """The changes in the dialog, newest first."""
    subject = load(request.actor, object_type, record_id)
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
    everything = request.GET.get("all") == "1"
    found = history(request.actor, object_type, record_id, before_id=before, everything=everything, limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    wanted: Wanted = {}
    want(wanted, "user", {entry.change.actor_id for entry in shown})
    change_words.want_changes(wanted, object_type, shown)
    fetch(wanted, subject.context)
    sources = dict(Batch.objects.filter(pk__in={entry.change.batch_id for entry in shown}).values_list("pk", "source"))
    context = {
        "record": {"title": subject.title},
        "changes": [told(subject, entry, sources.get(entry.change.batch_id, "")) for entry in shown],
        "more_url": f"{subject.url}history/?{asked(everything)}before={shown[-1].change.pk}"
        if len(found) > PAGE_SIZE
        else "",
        "everything": everything,
        "everything_url": f"{subject.url}history/?{asked(not everything)}"
        if any(field.bookkeeping for field in object_type.active_fields)
        else "",
    }
    return render(request, "record_detail/history.html", context)


def asked(everything: bool) -> str:
    return "all=1&" if everything else ""


def told(subject: Subject, entry: HistoryEntry, source: str) -> dict[str, Any]:
    """One change as record_detail/history.html wants it."""
    return {
        **moment(entry.change.at, subject.context),
        "who": person_name(entry.change.actor_id, subject.context),
        "source": source_words(source),
        "summary": change_words.summary(entry),
        "fields": change_words.field_changes(entry, subject.object_type, subject.context),
    }


def source_words(source: str) -> str:
    """Where a change came from, unless a person made it in a page."""
    words = {
        "api": _("through the API"),
        "import": _("by an import"),
        "bulk": _("with many others at once"),
        "job": _("by a background job"),
        "system": _("by the system"),
        "undo": _("by taking something back"),
    }
    return words.get(source, "")
