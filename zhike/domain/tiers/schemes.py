"""Making schemes and versions, and showing who would move before a version is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.tiers.definition import Definition, check, read, refuse
from zhike.domain.tiers.grading import cut_offs, graded
from zhike.domain.tiers.models import TierGrade, TierScheme, TierVersion
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied
from zhike.metadata.models import Change
from zhike.metadata.setting_log import log_setting
from zhike.metadata.storage import storage

#: Under which schemes stand in the change log.
LOG_KEY = "tier_scheme"
#: Movers listed by name.
MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would move: counts by (grade now, grade then), "" for none; names of those whom the actor sees."""

    counts: Mapping[tuple[str, str], int]
    movers: list[tuple[int, str, str, str]]
    cuts: list[list[Any]]
    at: Any

    @property
    def moving(self) -> int:
        return sum(count for (old, new), count in self.counts.items() if old != new)

    @property
    def population(self) -> int:
        return sum(self.counts.values())


def scheme_create(*, key: str, name: str, name_en: str = "", writes_tier: bool, actor: Actor) -> TierScheme:
    """A scheme without a version yet; raises Invalid or Denied."""
    _require(actor)
    if not name.strip():
        raise refuse("name", _("Please fill this in."))
    if TierScheme.objects.filter(key=key).exists() or not key.isidentifier() or not key.isascii():
        raise refuse("key", _("Choose a key of small letters that no other scheme has."))
    if writes_tier and TierScheme.objects.filter(writes=TierScheme.TIER).exists():
        raise refuse("writes_tier", _("Another scheme grades the field “tier” already."))
    with storage().write_transaction():
        scheme = TierScheme.objects.create(
            key=key,
            name=name.strip(),
            name_en=name_en.strip(),
            writes=TierScheme.TIER if writes_tier else "",
        )
        told = {"key": (None, key), "name": (None, scheme.name), "writes_tier": (None, writes_tier)}
        log_setting(LOG_KEY, scheme.pk, told, label=scheme.name, actor=actor, action=Change.Action.CREATE)
        registry.touch()
    return scheme


def version_save(scheme: TierScheme, stored: Mapping[str, Any], *, effective_on: date, actor: Actor) -> TierVersion:
    """A new version in force from a day on. Earlier ones stay as they were, and so do the grades that they gave."""
    _require(actor)
    check(read(stored), writes_tier=scheme.writes_tier)
    if effective_on < timezone.localdate():
        raise refuse("effective_on", _("A version begins today or later: what was graded before keeps its rules."))
    with storage().write_transaction():
        storage().lock_key(f"tier scheme {scheme.pk}")
        last = scheme.versions.aggregate(last=Max("number"))["last"] or 0
        version = TierVersion.objects.create(
            scheme=scheme,
            number=last + 1,
            definition=dict(stored),
            effective_on=effective_on,
            created_at=timezone.now(),
            created_by_id=actor.user_id,
        )
        told = {"version": (last or None, version.number), "effective_on": (None, effective_on.isoformat())}
        log_setting(LOG_KEY, scheme.pk, told, label=scheme.name, actor=actor)
        registry.touch()
    return version


def _require(actor: Actor) -> None:
    if not actor.has("settings"):
        raise Denied("tier_scheme", "edit")


def preview(scheme: TierScheme | None, stored: Mapping[str, Any], *, actor: Actor) -> Preview:
    """Grade everybody by a definition without writing anything; raises Invalid or Denied."""
    _require(actor)
    definition = read(stored)
    check(definition, writes_tier=scheme is not None and scheme.writes_tier)
    cuts = cut_offs(definition)
    sql, params = _compared(scheme, definition, cuts)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT old, place, count(*) FROM ({sql}) AS found GROUP BY old, place", params)
        counted = {(str(old), _key(definition, place)): int(count) for old, place, count in cursor.fetchall()}
    return Preview(counted, _movers(definition, sql, params, actor), cuts, timezone.now())


def _compared(scheme: TierScheme | None, definition: Definition, cuts: Any) -> tuple[str, list[Any]]:
    """(id, grade now, place then) of every customer."""
    found = graded(definition, cuts)
    points = "".join(f", p{place}" for place in range(len(definition.criteria))) if definition.by == "score" else ""
    held = TierGrade._meta.db_table
    return (
        f"WITH then_graded (pk, place, score{points}) AS ({found.sql})"
        f" SELECT then_graded.pk AS pk, coalesce(held.computed, '') AS old, then_graded.place AS place FROM then_graded"
        f" LEFT JOIN {held} held ON held.customer_id = then_graded.pk AND held.scheme_id = %s",
        [*found.params, scheme.pk if scheme is not None else 0],
    )


def _key(definition: Definition, place: int) -> str:
    return definition.grades[place].key if place >= 0 else ""


def _movers(definition: Definition, sql: str, params: list[Any], actor: Actor) -> list[tuple[int, str, str, str]]:
    """The first customers who would move and whom the actor may see: (id, name, old, new)."""
    with connection.cursor() as cursor:
        keys = "".join(f" WHEN {place} THEN %s" for place in range(len(definition.grades)))
        names = [grade.key for grade in definition.grades]
        cursor.execute(
            f"SELECT pk, old, place FROM ({sql}) AS found WHERE old <> CASE place{keys} ELSE '' END"
            f" ORDER BY pk LIMIT {MOST_NAMED * 20}",
            [*params, *names],
        )
        rows = {pk: (str(old), _key(definition, place)) for pk, old, place in cursor.fetchall()}
    seen: Any = policy.queryset_for(actor, registry.get("customer")).filter(pk__in=rows).order_by("pk")
    return [(pk, name, *rows[pk]) for pk, name in seen.values_list("pk", "name")[:MOST_NAMED]]


def distribution(scheme: TierScheme, definition: Definition, actor: Actor) -> list[tuple[str, int]]:
    """Customers by grade among those whom the actor sees, in the order of the grades."""
    seen = policy.queryset_for(actor, registry.get("customer")).values("pk")
    rows = TierGrade.objects.filter(scheme=scheme, customer_id__in=seen).order_by().values_list("grade")
    counts = dict(rows.annotate(Count("pk")))
    return [(grade.key, counts.get(grade.key, 0)) for grade in definition.grades]


def default_definition() -> dict[str, Any]:
    """What a new scheme starts from: RFM by fifths with equal weights, three grades, nothing planned for the last."""
    fields = (("purchase_recency_days", True), ("purchase_days", False), ("net_amount", False))
    return {
        "by": "score",
        "grades": [
            {"key": "high", "label": "高", "label_en": "High", "least": 80, "is_key": True, "plays": []},
            {"key": "middle", "label": "中", "label_en": "Middle", "least": 50, "plays": []},
            {"key": "low", "label": "低", "label_en": "Low", "plays": []},
        ],
        "criteria": [{"field": key, "weight": 1, "less_is_better": less, "parts": 5} for key, less in fields],
        "population": None,
    }
