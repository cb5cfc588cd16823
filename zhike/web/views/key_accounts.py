"""Key accounts: those one has with what is due, those that the rules propose, and the dossier of one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.domain.key_accounts.choices import NoteKind, NoteReliability, NoteSource, NoteState
from zhike.domain.key_accounts.dossier import Proposal, accounts_seen, dossier, notes_to_confirm, open_goals, proposals
from zhike.domain.key_accounts.models import IntelligenceNote
from zhike.metadata import policy, registry
from zhike.metadata.errors import NotFound
from zhike.metadata.fields.base import Context
from zhike.metadata.labels import fill_labels
from zhike.metadata.places import list_url, record_url
from zhike.metadata.saving import context_for
from zhike.web import navigation
from zhike.web.lists.state import ListState
from zhike.web.records.subject import load

TONES = {NoteState.NEW: "blue", NoteState.CONCLUDED: "green", NoteState.STALE: "amber", NoteState.ARCHIVED: "grey"}
#: What a dossier follows the rights of.
PARTS = ("key_account", "account_goal", "intelligence_note", "review_meeting")
navigation.add(
    navigation.Place(
        "key_accounts",
        gettext_lazy("Key accounts"),
        "value",
        "star",
        order=20,
        needs={"customer": "view", "key_account": "view"},
    )
)


@require_safe
def overview(request: AccountRequest) -> HttpResponse:
    """Key accounts with what is due, and proposals."""
    actor, context = request.actor, context_for(request.actor)
    if not all(policy.may(actor, registry.get(key), "view") for key in ("customer", "key_account")):
        raise PermissionDenied
    accounts = accounts_seen(actor)
    ids = [account.customer_id for account in accounts]
    goals, stale = open_goals(ids), notes_to_confirm(ids)
    fill_labels({"user": {account.owner_id for account in accounts if account.owner_id}}, context)
    today = timezone.localdate()
    given = {
        "accounts": [
            {
                "name": account.customer.name,
                "url": f"/key-accounts/{account.customer_id}/",
                "owner": context.labels.get(("user", account.owner_id or 0), ("–", ""))[0],
                "since": account.since,
                "review": account.next_review_on,
                "late": account.next_review_on is not None and account.next_review_on < today,
                "goals": goals.get(account.customer_id, ()),
                "stale": stale.get(account.customer_id, 0),
            }
            for account in accounts
        ],
        "proposals": [_proposal(found, context) for found in proposals(actor)],
        "rules_url": list_url("key_account_rule")
        if policy.may(actor, registry.get("key_account_rule"), "view")
        else "",
        "may_start": policy.may(actor, registry.get("customer"), "edit"),
    }
    return render(request, "key_accounts/overview.html", given)


def _proposal(found: Proposal, context: Context) -> dict[str, Any]:
    customers = registry.get("customer")
    keys = [key.removeprefix("_") for key in (found.customers[0] if found.customers else ()) if key.startswith("_")]
    fields = [customers.field(key) for key in keys]
    return {
        "name": found.rule.name,
        "count": found.count,
        "list_url": list_url("customer") + ListState(filter=found.rule.filter or None).query_string(),
        "labels": [field.label for field in fields],
        "rows": [
            {
                "name": row["name"],
                "url": record_url("customer", row["pk"]),
                "start_url": f"{record_url('customer', row['pk'])}action/key_account_start/",
                "cells": [field.type.cell(row[f"_{field.key}"], field, context) for field in fields],
            }
            for row in found.customers
        ],
    }


@require_safe
def dossier_page(request: AccountRequest, customer_id: int) -> HttpResponse:
    """All that is known of one key customer."""
    if not all(policy.may(request.actor, registry.get(key), "view") for key in PARTS):
        raise PermissionDenied
    try:
        subject = load(request.actor, registry.get("customer"), customer_id)
    except NotFound:
        raise Http404 from None
    found = dossier(customer_id)
    account = found.account
    given = {
        "record": {"title": subject.title, "url": subject.url},
        "account": account,
        "account_url": record_url("key_account", account.pk) if account else "",
        "goals": [
            {"goal": goal, "percent": goal.percent, "url": record_url("account_goal", goal.pk)} for goal in found.goals
        ],
        "groups": _groups(found.notes),
        "meetings": [{"meeting": row, "url": record_url("review_meeting", row.pk)} for row in found.meetings],
        "add_url": f"{list_url('intelligence_note')}new/?customer={customer_id}"
        if policy.may(request.actor, registry.get("intelligence_note"), "create")
        else "",
    }
    return render(request, "key_accounts/dossier.html", given)


def _groups(notes: list[IntelligenceNote]) -> list[dict[str, Any]]:
    """Notes by kind; archived ones last."""
    found = []
    for kind in NoteKind:
        rows = [note for note in notes if note.kind == kind]
        rows.sort(key=lambda note: note.state == NoteState.ARCHIVED)
        if rows:
            found.append(
                {
                    "label": kind.label,
                    "rows": [
                        {
                            "note": note,
                            "url": record_url("intelligence_note", note.pk),
                            "tone": TONES[NoteState(note.state)],
                            "state": NoteState(note.state).label,
                            "source": NoteSource(note.source).label,
                            "reliability": NoteReliability(note.reliability).label,
                        }
                        for note in rows
                    ],
                }
            )
    return found
