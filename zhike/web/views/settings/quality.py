"""The rules of completeness, a kind and tier at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.domain.customers.choices import CustomerKind, Tier
from zhike.domain.quality.following import queue_scoring
from zhike.domain.quality.preview import Preview, rules_preview
from zhike.domain.quality.rules import CREATOR, OWNER, Group, countable, read, rules_save, stored_rules
from zhike.metadata import registry
from zhike.metadata.errors import Invalid, Problem, Problems
from zhike.metadata.fields.base import Context
from zhike.metadata.places import record_url
from zhike.metadata.saving import context_for
from zhike.web.records.moments import moment
from zhike.web.settings_pages import SettingsPage, add, belongs_to, settings_render

PAGE = add(
    SettingsPage(
        address="settings_quality",
        label=_("Completeness"),
        text=_(
            "Decides which fields of customers count, which are required, by whom and how soon, and when a record is to be verified again, for everybody."
        ),
        group="data",
        privilege="settings",
        icon="list-check",
        words=_("quality score required fields overdue stale"),
    )
)


#: Asking for a preview → what saving means then.
PREVIEWS = {"preview": "save", "remove_preview": "remove"}


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def quality_rules(request: AccountRequest) -> HttpResponse:
    """The rules of one kind and tier; POST shows whom they would move, puts them in force, or takes those of a tier away."""
    kind, tier = _place(request)
    _number, definition = stored_rules()
    if request.method == "POST":
        try:
            changed = _without(definition, kind, tier)
            wanted = request.POST.get("do", "")
            if not wanted.startswith("remove"):
                changed["groups"].append(_read(request.POST, kind, tier))
            if wanted in PREVIEWS:
                return _render(request, kind, tier, shown=rules_preview(changed, actor=request.actor), then=wanted)
            rules_save(changed, actor=request.actor)
            queue_scoring()
            return HttpResponseRedirect(f"{reverse('settings_quality')}?kind={kind}")
        except Invalid as refusal:
            return _render(request, kind, tier, problems=refusal.problems)
    return _render(request, kind, tier)


def _render(
    request: AccountRequest,
    kind: str,
    tier: str,
    *,
    problems: Problems | None = None,
    shown: Preview | None = None,
    then: str = "",
) -> HttpResponse:
    number, definition = stored_rules()
    rules, is_typed = read(definition, number), bool(problems or shown) and not then.startswith("remove")
    group = rules.group_for(kind, tier)
    given = {
        "kind": kind,
        "tier": tier,
        "places": [_link(name, "", rules.tiers_apart(name), kind, tier) for name in CustomerKind.values]
        + [_link(kind, name, rules.tiers_apart(kind), kind, tier) for name in Tier.values],
        "is_own": not tier or tier in rules.tiers_apart(kind),
        "rows": _rows(kind, group, request.POST if is_typed else None),
        "stale_days": request.POST.get("stale_days") if is_typed else (group.stale_days if group else 180),
        "problems": problems or {},
        "preview": _preview(shown, context_for(request.actor)) if shown else None,
        "then": PREVIEWS.get(then, ""),
    }
    return settings_render(request, PAGE, "quality/rules.html", given, status=422 if problems else 200)


def _preview(shown: Preview, context: Context) -> dict[str, Any]:
    """Context of quality/rules_preview.html."""
    return {
        "moving": shown.moving,
        "rising": shown.rising,
        "falling": shown.falling,
        "population": shown.population,
        "at": moment(shown.at, context),
        "average": (shown.average(shown.before), shown.average(shown.after)),
        "overdue": (shown.overdue_before, shown.overdue_after),
        "movers": [
            {"name": row.name, "url": record_url("customer", row.id), "old": row.old, "new": row.new}
            for row in shown.movers
        ],
    }


def _place(request: HttpRequest) -> tuple[str, str]:
    asked = request.POST if request.method == "POST" else request.GET
    kind, tier = asked.get("kind", ""), asked.get("tier", "")
    return (
        kind if kind in CustomerKind.values else CustomerKind.COMPANY.value,
        tier if tier in Tier.values else "",
    )


def _link(kind: str, tier: str, apart: list[str], at_kind: str, at_tier: str) -> dict[str, Any]:
    label = Tier(tier).label if tier else CustomerKind(kind).label
    return {
        "label": label,
        "url": f"{reverse('settings_quality')}?kind={kind}&tier={tier}",
        "active": (kind, tier) == (at_kind, at_tier),
        "is_tier": bool(tier),
        "has_own": tier in apart,
    }


def _without(definition: Mapping[str, Any], kind: str, tier: str) -> dict[str, Any]:
    """The definition without the group; that of a kind as a whole is replaced and never taken away."""
    return {"groups": [group for group in definition["groups"] if (group["kind"], group["tier"]) != (kind, tier)]}


def _read(data: QueryDict, kind: str, tier: str) -> dict[str, Any]:
    """The group as it was typed; raises Invalid for what is no whole number."""
    fields = []
    for field in countable(registry.get("customer"), kind):
        weight = _whole(data.get(f"weight:{field.key}", ""), str(field.label))
        required = bool(data.get(f"required:{field.key}"))
        if weight or required:
            fields.append(
                {
                    "key": field.key,
                    "weight": weight or 1,
                    "required": required,
                    "hours": _whole(data.get(f"hours:{field.key}", ""), str(field.label)) if required else 0,
                    "by": data.get(f"by:{field.key}", OWNER),
                }
            )
    days = data.get("stale_days", "").strip()
    return {"kind": kind, "tier": tier, "stale_days": _whole(days, "") if days else None, "fields": fields}


def _whole(text: str, label: str) -> int:
    digits = text.strip()
    if not digits:
        return 0
    if not (digits.isascii() and digits.isdigit() and len(digits) < 8):
        said = f"{label}：" if label else ""
        raise Invalid({"fields": [Problem("not_a_number", f"{said}{_('Write a whole number.')}")]})
    return int(digits)


def _rows(kind: str, group: Group | None, typed: QueryDict | None) -> list[dict[str, Any]]:
    items = {item.key: item for item in group.items} if group else {}
    found = []
    for field in countable(registry.get("customer"), kind):
        item = items.get(field.key)
        row: dict[str, Any] = {
            "key": field.key,
            "label": field.label,
            "weight": item.weight if item else "",
            "required": item is not None and item.required,
            "hours": item.hours if item and item.required else "",
            "by": item.by if item else OWNER,
        }
        if typed is not None:
            row |= {name: typed.get(f"{name}:{field.key}", "") for name in ("weight", "hours", "by")}
            row["required"] = bool(typed.get(f"required:{field.key}"))
        row["by_creator"] = row["by"] == CREATOR
        found.append(row)
    return found
