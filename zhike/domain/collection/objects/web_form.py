"""The web form as an object type: its form is the page of its rules; what it asks stands in its versions."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from zhike.domain.collection.models import Assignment, FormState, FormVersion, WebForm
from zhike.domain.customers.preparation import Found
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Section, Values

#: 128 bits.
SECRET_BYTES = 16
MOST_SITES = 50
#: What each way of assigning needs.
NEEDS = {Assignment.PERSON: "person", Assignment.ROUND: "team", Assignment.POOL: "pool"}

SAY_WHO = Problem("required", _("Say who gets the arrivals before the form opens."))
NOTHING_ASKED = Problem("no_version", _("Design the form before it opens."))
TOO_EARLY = Problem("too_early", _("The last day lies before the first."))
NO_SITE = Problem(
    "bad_site", _("A site is written as https://www.example.cn, one a line, at most 50: without path and without “*”.")
)


def forms_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """New forms get their address; one that is open asks something and knows who gets the arrivals."""
    found: Found = {}
    opening = [row["id"] for row in existing.values()]
    designed = set(FormVersion.objects.filter(form__in=opening).values_list("form_id", flat=True)) if opening else set()
    for index, row in enumerate(rows):
        stored = existing.get(index)
        if stored is None:
            row["secret"] = secrets.token_urlsafe(SECRET_BYTES)
        held: dict[str, Any] = {**(stored or {}), **row}
        problems = found.setdefault(index, {})
        _sites(row, problems)
        if held.get("opens_on") and held.get("closes_on") and held["closes_on"] < held["opens_on"]:
            problems["closes_on"] = TOO_EARLY
        if held.get("state") != FormState.OPEN:
            continue
        needed = NEEDS[Assignment(held.get("assignment") or Assignment.PERSON)]
        if held.get(needed) is None:
            problems[needed] = SAY_WHO
        if stored is None or stored["id"] not in designed:
            problems["state"] = NOTHING_ASKED
    return found


def _sites(row: Values, problems: dict[str, Problem]) -> None:
    if not row.get("sites"):
        return
    sites = sites_in(row["sites"])
    if sites is None:
        problems["sites"] = NO_SITE
    else:
        row["sites"] = "\n".join(sites) or None


def sites_in(text: str) -> list[str] | None:
    """Origins, one a line; None when one of them is none."""
    found = []
    for line in filter(None, (part.strip() for part in text.splitlines())):
        if not line.isascii() or not line.isprintable() or any(sign in line for sign in " ;,'\"*\\"):
            return None
        try:
            parts = urlsplit(line)
            port = parts.port
        except ValueError:
            return None
        plain = not (parts.query or parts.fragment or parts.username or parts.password) and parts.path in {"", "/"}
        if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
            return None
        found.append(f"{parts.scheme}://{parts.hostname}{f':{port}' if port else ''}")
    return list(dict.fromkeys(found)) if len(found) <= MOST_SITES else None


WEB_FORM = registry.add(
    registry.object_type(
        WebForm,
        exclude=("owner", "department"),
        icon="forms",
        title="name",
        columns=("name", "state", "source", "assignment", "opens_on", "closes_on", "updated_at"),
        filters=("state", "source", "assignment"),
        search=("name",),
        quick=("name", "customer_kind", "source"),
        form=(
            Section(_("Form"), ("name", "state", "opens_on", "closes_on", "customer_kind", "source", "tag")),
            Section(_("Who gets the arrivals"), ("assignment", "person", "team", "pool")),
            Section(_("Where it may stand"), ("sites", "most_per_address", "most_per_hour", "secret")),
        ),
        badges=("state",),
        import_keys=("name",),
        prepare=forms_prepare,
        has_comments=False,
        customisable=False,
    )
)
