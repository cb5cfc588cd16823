"""Approvals: what waits for the reader's decision, what the reader asked for, and what the reader decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.approvals import queries
from zhike.engines.approvals.kinds import GRANT, REFUSE, find_kind
from zhike.engines.approvals.models import RUNNING, TONES, Approval, ApprovalState
from zhike.engines.approvals.needs import approval_need, kinds_offered
from zhike.engines.approvals.starting import approval_offer
from zhike.metadata import policy, registry
from zhike.metadata.errors import Invalid
from zhike.metadata.fields.base import Context
from zhike.metadata.labels import fill_labels
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import record_url
from zhike.metadata.saving import context_for
from zhike.web import navigation
from zhike.web.approvals.telling import need_context
from zhike.web.edges import object_view
from zhike.web.records.moments import moment
from zhike.web.records.subject import load_for
from zhike.web.views.answers import changed

ADDRESS = "/approvals/"
PAGE = 30
LONGEST_REASON = 2_000
TABS = {"": queries.to_decide, "mine": queries.asked_by, "decided": queries.decided_by}
navigation.add(
    navigation.Place(
        "approvals",
        gettext_lazy("Approvals"),
        navigation.TOP,
        "checks",
        order=30,
        needs={"approval": "view"},
        shortcut="r",
        thumb=8,
        count="approvals_count",
    )
)


@require_safe
def requests_moved(_request: AccountRequest) -> HttpResponse:
    """The address that the page had before."""
    return HttpResponsePermanentRedirect(ADDRESS)


@require_safe
def waiting_count(request: AccountRequest) -> HttpResponse:
    """How many wait for the reader: the number beside the link in the navigation, which fetches it itself."""
    count = queries.to_decide(request.actor).count()
    return render(request, "approvals/count.html", {"count": count})


@require_safe
def approval_list(request: AccountRequest) -> HttpResponse:
    """Approvals by tab: ``?tab=mine`` and ``?tab=decided`` beside those to decide."""
    if not policy.may(request.actor, registry.get("approval"), "view"):
        raise PermissionDenied
    context = context_for(request.actor)
    tab = request.GET.get("tab", "") if request.GET.get("tab", "") in TABS else ""
    page = Paginator(TABS[tab](request.actor), PAGE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    label(found, context)
    told = {
        "tabs": tabs(tab, waiting=queries.to_decide(request.actor).count()),
        "rows": [drawn(row, context, tab) for row in found],
        "more_url": f"{ADDRESS}?tab={tab}&page={page.next_page_number()}" if page.has_next() else "",
        "empty": nothing(tab),
    }
    return render(request, "approvals/page.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def approval_ask(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Ask for an approval of a record: first why one is needed and who must, then the reason."""
    subject = load_for(request.actor, object_type, record_id, "edit")
    kind = request.GET.get("kind", "")
    if kind not in {found.key for found in kinds_offered(object_type)}:
        raise Http404
    reason = request.POST.get("reason", "")[:LONGEST_REASON]
    told: dict[str, Any] = {
        "action": f"{subject.url}approvals/ask/?kind={kind}",
        "title": subject.title,
        "reason": reason,
        "errors": [],
    }
    status = 200
    if request.method == "POST":
        try:
            made = approval_offer(object_type, record_id, kind=kind, reason=reason, actor=request.actor)
            return changed(
                toast={
                    "message": _("Your request is on its way."),
                    "url": record_url("approval", made),
                    "label": _("Open"),
                }
            )
        except Invalid as refusal:
            told["errors"], status = [problem for found in refusal.problems.values() for problem in found], 422
    need = approval_need(object_type, record_id, kind=kind, actor=request.actor)
    told["need"] = None if need is None else need_context(need, object_type, record_id, subject.context)
    return render(request, "approvals/ask.html", told, status=status)


def tabs(active: str, *, waiting: int) -> list[dict[str, Any]]:
    labels = {"": _("Waiting for me"), "mine": _("My requests"), "decided": _("Decided by me")}
    return [
        {
            "label": text,
            "url": f"{ADDRESS}?tab={key}" if key else ADDRESS,
            "active": key == active,
            "count": 0 if key else waiting,
        }
        for key, text in labels.items()
    ]


def label(found: Sequence[Approval], context: Context) -> None:
    """Names of the people and of the records that the reader may see; one query an object type."""
    wanted: dict[str, set[int]] = {"user": {pk for row in found for pk in (row.owner_id, row.decided_by_id) if pk}}
    for row in found:
        if row.about_id is not None and row.about_key in registry.catalogue():
            wanted.setdefault(row.about_key, set()).add(row.about_id)
    fill_labels(wanted, context)


def drawn(row: Approval, context: Context, tab: str) -> dict[str, Any]:
    """An approval as its reader sees it; the record behind it is linked for who may see that."""
    kind = find_kind(row.kind)
    about = context.labels.get((row.about_key, row.about_id or 0))
    url = record_url("approval", row.pk)
    is_open = row.state == ApprovalState.OPEN
    return {
        "title": row.title,
        "url": url,
        "icon": kind.icon if kind else "message-2",
        "kind": kind.label if kind else "",
        "state": row.get_state_display(),
        "tone": TONES.get(row.state, "grey"),
        "asker": name(row.owner_id, context),
        "decider": name(row.decided_by_id, context) if row.decided_by_id else "",
        "reason": row.reason or "",
        "answer": row.answer or "",
        "about": {"title": about[0], "url": about[1]} if about else None,
        "asked": moment(row.created_at, context),
        "expires": moment(row.expires_at, context) if is_open and row.expires_at else None,
        "grant_url": f"{url}action/grant/" if is_open and not tab else "",
        "grant_label": kind.grant_label if kind else GRANT,
        "refuse_label": kind.refuse_label if kind else REFUSE,
        "refuse_url": f"{url}action/refuse/" if is_open and not tab else "",
        "return_url": f"{url}action/return/" if is_open and not tab else "",
        "again_url": f"{url}action/send_again/" if row.state == ApprovalState.RETURNED and tab == "mine" else "",
        "withdraw_url": f"{url}action/withdraw/" if row.state in RUNNING and tab == "mine" else "",
    }


def name(user_id: int | None, context: Context) -> str:
    return context.labels.get(("user", user_id or 0), (_("Somebody"), ""))[0]


def nothing(tab: str) -> dict[str, Any]:
    """Why there is nothing, and where approvals come from."""
    if tab == "mine":
        return {
            "icon": "message-2",
            "title": _("You have not asked for anything"),
            "text": _("When something belongs to a colleague or needs a manager's word, the page there offers to ask."),
        }
    if tab == "decided":
        return {"icon": "checks", "title": _("You have not decided anything yet"), "text": ""}
    return {
        "icon": "checks",
        "title": _("Nothing waits for your decision"),
        "text": _("Colleagues' requests to you come here, and the bell tells you of each."),
    }
