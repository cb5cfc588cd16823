"""Settings for programs whose token was given the right by name: rules of completeness, and schemes of tiers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.api.endpoint import Call, json_response
from zhike.api.openapi.definitions import QUALITY_RULES, TIER_SCHEME, TIER_VERSION
from zhike.api.shape import shaped
from zhike.domain.quality.following import queue_scoring
from zhike.domain.quality.preview import rules_preview
from zhike.domain.quality.rules import rules_save, stored_rules
from zhike.domain.tiers.following import queue_grading
from zhike.domain.tiers.models import TierScheme, TierVersion
from zhike.domain.tiers.regrading import version_in_force
from zhike.domain.tiers.schemes import preview, scheme_create, version_save
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem

PRIVILEGE = "settings"


def looked_at(call: Call) -> None:
    """Raise Denied unless the settings may be read."""
    if not call.actor.may_look_at(PRIVILEGE):
        raise Denied(PRIVILEGE, "view")


def changed(call: Call) -> None:
    """Raise Denied unless the settings may be changed; asked before the body is looked at."""
    if not call.actor.has(PRIVILEGE):
        raise Denied(PRIVILEGE, "edit")


def day_of(body: Mapping[str, Any]) -> date:
    """From when a version is to hold: the day that the body gives, or today. Raises Invalid."""
    given = body.get("effective_on")
    try:
        return date.fromisoformat(given) if given else timezone.localdate()
    except ValueError as failure:
        raise Invalid({"effective_on": [Problem("invalid", _("Write the date like 2027-01-31."))]}) from failure


def version_told(row: Any, current: Any) -> dict[str, Any]:
    """A version of anything that has numbered definitions."""
    return {
        "number": row.number,
        "effective_on": row.effective_on,
        "definition": row.definition,
        "created_at": row.created_at,
        "created_by": row.created_by_id,
        "is_in_force": current is not None and row.pk == current.pk,
    }


# Completeness -----------------------------------------------------------------------------------------------------


def quality_rules(call: Call) -> HttpResponse:
    """GET /settings/quality-rules: the rules in force; number 0 are those that came with the product."""
    looked_at(call)
    return json_response(_rules_told())


def _rules_told() -> dict[str, Any]:
    number, definition = stored_rules()
    return {"number": number, "definition": definition}


def quality_rules_saved(call: Call) -> HttpResponse:
    """POST /settings/quality-rules: put rules in force; a worker scores everybody by them."""
    changed(call)
    rules_save(shaped(call.object_body(), QUALITY_RULES), actor=call.actor)
    queue_scoring()
    return json_response(_rules_told(), 201)


def quality_rules_tried(call: Call) -> HttpResponse:
    """POST /settings/quality-rules/preview: whom the rules would move; writes nothing."""
    changed(call)
    found = rules_preview(shaped(call.object_body(), QUALITY_RULES), actor=call.actor)
    told = {
        "population": found.population,
        "rising": found.rising,
        "falling": found.falling,
        "average": {"before": found.average(found.before), "after": found.average(found.after)},
        "overdue": {"before": found.overdue_before, "after": found.overdue_after},
        "movers": [{"id": row.id, "name": row.name, "before": row.old, "after": row.new} for row in found.movers],
    }
    return json_response(told)


# Tiers ------------------------------------------------------------------------------------------------------------


def tier_schemes(call: Call) -> HttpResponse:
    """GET /settings/tier-schemes: all schemes of value, each with the number of the version in force."""
    looked_at(call)
    return json_response({"data": [_scheme_told(scheme) for scheme in TierScheme.of_value()]})


def _scheme_told(scheme: TierScheme) -> dict[str, Any]:
    version = version_in_force(scheme)
    return {
        "key": scheme.key,
        "name": scheme.name,
        "name_en": scheme.name_en,
        "writes_tier": scheme.writes_tier,
        "version": version.number if version is not None else None,
    }


def tier_scheme_made(call: Call) -> HttpResponse:
    """POST /settings/tier-schemes: a scheme without a version yet."""
    changed(call)
    body = {"name_en": "", "writes_tier": False, **shaped(call.object_body(), TIER_SCHEME)}
    return json_response(_scheme_told(scheme_create(**body, actor=call.actor)), 201)


def tier_scheme(call: Call, key: str) -> HttpResponse:
    """GET /settings/tier-schemes/<key>: a scheme with all its versions, the newest first."""
    looked_at(call)
    scheme = _found(key)
    current = version_in_force(scheme)
    versions: Any = scheme.versions.order_by("-number")
    return json_response({**_scheme_told(scheme), "versions": [version_told(row, current) for row in versions]})


def tier_version_saved(call: Call, key: str) -> HttpResponse:
    """POST /settings/tier-schemes/<key>/versions: a new version from a day on; a worker grades everybody by it."""
    changed(call)
    scheme = _found(key)
    body = shaped(call.object_body(), TIER_VERSION)
    made: TierVersion = version_save(scheme, _definition(body), effective_on=day_of(body), actor=call.actor)
    queue_grading([scheme.pk])
    return json_response(version_told(made, version_in_force(scheme)), 201)


def tier_version_tried(call: Call, key: str) -> HttpResponse:
    """POST /settings/tier-schemes/<key>/preview: who would move between grades; writes nothing."""
    changed(call)
    found = preview(_found(key), _definition(shaped(call.object_body(), TIER_VERSION)), actor=call.actor)
    told = {
        "population": found.population,
        "moving": found.moving,
        "counts": [{"before": old, "after": new, "customers": n} for (old, new), n in sorted(found.counts.items())],
        "movers": [{"id": pk, "name": name, "before": old, "after": new} for pk, name, old, new in found.movers],
    }
    return json_response(told)


def _definition(body: Mapping[str, Any]) -> dict[str, Any]:
    """A definition as versions store it, what was left out filled in."""
    given = body["definition"]
    grades = [{"is_key": False, "plays": [], **grade} for grade in given["grades"]]
    criteria = [{"less_is_better": False, "parts": 5, **found} for found in given.get("criteria", ())]
    return {"by": given["by"], "grades": grades, "criteria": criteria, "population": given.get("population")}


def _found(key: str) -> TierScheme:
    scheme = TierScheme.of_value().filter(key=key).first()
    if scheme is None:
        raise NotFound("tier_scheme", 0)
    return scheme
