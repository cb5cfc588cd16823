"""Risk customers for everybody: who stands how, why, and what waits for an answer; and a frozen report as a file."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.domain.risk.anomalies import KIND
from zhike.domain.risk.report_pdf import file_name, report_pdf
from zhike.domain.risk.reporting import AT_RISK, DAYS, MOST_LISTED, AtRisk, Standing, at_risk, may_see, standing
from zhike.domain.risk.scheme import HIGH, WATCH
from zhike.engines.approvals.queries import to_decide
from zhike.engines.exporting.models import ExportRun
from zhike.engines.exporting.services import export_note
from zhike.lib.pdf.typesetting import MIME
from zhike.metadata import policy, registry
from zhike.metadata.errors import NotFound
from zhike.metadata.fields.base import Context
from zhike.metadata.labels import fill_labels
from zhike.metadata.places import list_url, record_url
from zhike.metadata.saving import context_for
from zhike.web import navigation
from zhike.web.edges import refusals_answered
from zhike.web.lists.state import ListState
from zhike.web.records.links import RecordLink, add
from zhike.web.records.moments import moment

REPORT_FILE = add(
    RecordLink("risk_report", gettext_lazy("PDF"), "risk_report_file", "download", permission="export", download=True)
)
TONES = {HIGH: "red", WATCH: "amber"}
MOST_WAITING = 10
navigation.add(
    navigation.Place(
        "risk", gettext_lazy("Risk customers"), "value", "alert-triangle", order=30, needs={"customer": "view"}, thumb=9
    )
)


@require_safe
def overview(request: AccountRequest) -> HttpResponse:
    """The customers at risk within the reader's sight, the gravest first."""
    actor, context = request.actor, context_for(request.actor)
    if not may_see(actor):
        raise PermissionDenied
    level = request.GET.get("level", "")
    found = standing(actor)
    rows = at_risk(actor, level=level, language=context.language)
    fill_labels({"user": {row.owner_id for row in rows if row.owner_id}}, context)
    given = {
        "numbers": _numbers(found),
        "days": DAYS,
        "level": level if level in AT_RISK else "",
        "rows": [_row(row, context) for row in rows],
        "listed": MOST_LISTED if len(rows) == MOST_LISTED else 0,
        "at": moment(found.at, context),
        "population": found.population,
        "waiting": [
            {"title": asked.title, "url": record_url("approval", asked.pk), "until": moment(asked.expires_at, context)}
            for asked in to_decide(actor).filter(kind=KIND)[:MOST_WAITING]
            if asked.expires_at is not None
        ],
        "held": found.held,
        "held_url": list_url("customer")
        + ListState(filter={"all": [{"field": "credit_hold", "op": "not_empty"}]}).query_string(),
        "may_set_up": actor.has("settings"),
    }
    return render(request, "risk/overview.html", given)


@refusals_answered
@require_safe
def report_file(request: AccountRequest, report_id: int) -> HttpResponse:
    """A report of one's own as a PDF, logged among the exports."""
    described = registry.get("risk_report")
    policy.require(request.actor, described, "export")
    rows: Any = policy.queryset_for(request.actor, described, "export")
    report = rows.filter(pk=report_id).select_related("owner").first()
    if report is None:
        raise NotFound("risk_report", report_id)
    content = report_pdf(report, context_for(request.actor).language)
    export_note(
        described,
        actor=request.actor,
        columns=["title", "body"],
        filter={"field": "id", "op": "eq", "value": report_id},
        rows=1,
        form=ExportRun.Format.PDF,
    )
    response = HttpResponse(content, content_type=MIME)
    response["Content-Disposition"] = f'attachment; filename="{file_name(report)}"'
    return response


def _numbers(found: Standing) -> list[dict[str, Any]]:
    """What stands large on the page: key, count and the list behind it."""

    def rows(level: str) -> str:
        state = ListState(filter={"all": [{"field": "risk", "op": "eq", "value": level}]})
        return list_url("customer") + state.query_string()

    return [
        {"key": "high", "count": found.high, "url": rows(HIGH)},
        {"key": "watch", "count": found.watch, "url": rows(WATCH)},
        {"key": "risen", "count": found.risen, "url": ""},
        {"key": "fallen", "count": found.fallen, "url": ""},
        {"key": "unanswered", "count": found.unanswered, "url": ""},
        {"key": "held", "count": found.held, "url": ""},
    ]


def _row(row: AtRisk, context: Context) -> dict[str, Any]:
    return {
        "name": row.name,
        "url": record_url("customer", row.id),
        "owner": context.labels.get(("user", row.owner_id or 0), ("–", ""))[0],
        "level": row.label,
        "tone": TONES[row.level],
        "score": "–" if row.score is None else row.score,
        "since": moment(row.since, context),
        "reason": row.reason,
        "held": row.held,
        "contact": moment(row.last_contact, context) if row.last_contact else None,
        "visit": moment(row.last_visit, context) if row.last_visit else None,
    }
