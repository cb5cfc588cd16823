"""Every call of the API to settings and data quality, with what opens it, written down by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.cast import actor
from tests.permissions.web_settings import Around
from tests.web.records import customers
from zhike.domain.collection.services.forms import form_create
from zhike.domain.quality.cleaning import clean_start
from zhike.domain.quality.inspecting import inspection_start
from zhike.domain.quality.models import InspectionItem

RULES: dict[str, Any] = {
    "groups": [
        {
            "kind": "company",
            "tier": "",
            "stale_days": 90,
            "fields": [{"key": "name", "weight": 1, "required": False, "hours": 0, "by": "owner"}],
        }
    ]
}
TIERS: dict[str, Any] = {
    "definition": {
        "by": "score",
        "grades": [
            {"key": "gold", "label": "金", "label_en": "Gold", "least": 50},
            {"key": "tin", "label": "锡", "label_en": "Tin"},
        ],
        "criteria": [{"field": "net_amount", "weight": 1}],
    }
}
PATH: dict[str, Any] = {"definition": {"steps": [{"name": "主管", "who": [{"by": "manager"}]}]}}
FACE: dict[str, Any] = {"title": "来访登记", "fields": [{"object": "customer", "key": "name"}]}
MAIL: dict[str, Any] = {"host": "127.0.0.1", "port": 9, "security": "none", "sender": "crm@example.cn", "is_held": True}

READ, WRITE = "settings:read", "settings:write"


@dataclass(frozen=True, slots=True)
class SettingsCall:
    """``scope`` is what a token of the administrator needs; nobody else's token can have it."""

    name: str
    method: str
    path: Callable[[Around], str]
    scope: str
    body: Any = None
    status: int = 200


def at(path: str) -> Callable[[Around], str]:
    return lambda found: path.format(flow=found.flow.pk, scheme=found.scheme.key)


SETTINGS_CALLS = (
    SettingsCall("quality_rules", "GET", at("/settings/quality-rules"), READ),
    SettingsCall("quality_rules", "POST", at("/settings/quality-rules"), WRITE, RULES, 201),
    SettingsCall("quality_rules_preview", "POST", at("/settings/quality-rules/preview"), WRITE, RULES),
    SettingsCall("tier_schemes", "GET", at("/settings/tier-schemes"), READ),
    SettingsCall("tier_schemes", "POST", at("/settings/tier-schemes"), WRITE, {"key": "bank", "name": "银行"}, 201),
    SettingsCall("tier_scheme", "GET", at("/settings/tier-schemes/{scheme}"), READ),
    SettingsCall("tier_versions", "POST", at("/settings/tier-schemes/{scheme}/versions"), WRITE, TIERS, 201),
    SettingsCall("tier_preview", "POST", at("/settings/tier-schemes/{scheme}/preview"), WRITE, TIERS),
    SettingsCall("approval_flows", "GET", at("/settings/approval-flows"), READ),
    SettingsCall(
        "approval_flows",
        "POST",
        at("/settings/approval-flows"),
        WRITE,
        {"object": "customer", "kind": "general", "name": "第二道"},
        201,
    ),
    SettingsCall("approval_flow", "GET", at("/settings/approval-flows/{flow}"), READ),
    SettingsCall("approval_flow", "PATCH", at("/settings/approval-flows/{flow}"), WRITE, {"name": "改名"}),
    SettingsCall("approval_versions", "POST", at("/settings/approval-flows/{flow}/versions"), WRITE, PATH, 201),
    SettingsCall("mail_server", "GET", at("/settings/mail-server"), READ),
    SettingsCall("mail_server", "PATCH", at("/settings/mail-server"), WRITE, MAIL),
    # Nobody of the cast has an address.
    SettingsCall("mail_server_test", "POST", at("/settings/mail-server/test"), WRITE, {}, 422),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What the calls of data quality work on: Bob's customers inspected by Alice, her cleaning, and a form."""

    around: Around
    inspection: int
    item: int
    job: int
    form: int


def found(around: Around) -> Found:
    """Make it."""
    cast = around.cast
    customers(cast.bob, "海天包装", phones=["13800001234"])
    alice = actor(cast.alice)
    drawn = inspection_start(cast.bob.pk, 1, actor=alice, seed=1)
    item = InspectionItem.objects.filter(inspection=drawn).order_by("pk")[0]
    job = clean_start("customer", actor=alice, label="清理")
    return Found(around, drawn.pk, item.pk, job.pk, form_create({"name": "展会"}, actor=actor(cast.max)))


@dataclass(frozen=True, slots=True)
class QualityCall:
    """``answers`` holds the status for each role; those not named are answered 403."""

    name: str
    method: str
    path: str
    answers: dict[str, int]
    body: Callable[[Found], Any] | None = None

    def url(self, found: Found) -> str:
        return self.path.format(inspection=found.inspection, item=found.item, job=found.job, form=found.form)


def draws(found: Found) -> Any:
    return {"user": found.around.cast.bob.pk, "size": 1}


def says(body: Any) -> Callable[[Found], Any]:
    return lambda _found: body


SEE_CUSTOMERS = ("bob", "alice", "sara", "max", "eve", "clara")
CHANGE_CUSTOMERS = ("bob", "alice", "sara", "clara")
#: Who answers for Bob's customers, and Bob himself.
SEE_BOB = {"bob": 200, "alice": 200, "eve": 200, "clara": 200, "sara": 404, "max": 404}


def each(roles: tuple[str, ...], status: int) -> dict[str, int]:
    return dict.fromkeys(roles, status)


QUALITY_CALLS = (
    QualityCall("inspections", "GET", "/quality/inspections", each(SEE_CUSTOMERS, 200)),
    # The executive takes customers out of the house, and so answers for them; nobody inspects oneself.
    QualityCall("inspections", "POST", "/quality/inspections", each(("alice", "eve", "clara"), 201), draws),
    QualityCall("inspection", "GET", "/quality/inspections/{inspection}", SEE_BOB),
    QualityCall(
        "inspection_item",
        "POST",
        "/quality/inspections/{inspection}/items/{item}",
        {**SEE_BOB, "bob": 403},
        says({"verdict": "right"}),
    ),
    QualityCall("cleanings", "GET", "/quality/cleanings?object=customer", each(CHANGE_CUSTOMERS, 200)),
    QualityCall("cleanings", "POST", "/quality/cleanings", each(CHANGE_CUSTOMERS, 202), says({"object": "customer"})),
    QualityCall("searches", "POST", "/quality/searches", each(CHANGE_CUSTOMERS, 202), says({})),
    QualityCall(
        "quality_job",
        "GET",
        "/quality/jobs/{job}",
        {"alice": 200, **each(("bob", "sara", "max", "eve", "clara", "adam", "mallory"), 404)},
    ),
    QualityCall(
        "quality_job_cancel",
        "POST",
        "/quality/jobs/{job}/cancel",
        {"alice": 200, **each(("bob", "sara", "max", "eve", "clara", "adam", "mallory"), 404)},
        says({}),
    ),
    QualityCall("web_form_design", "GET", "/webforms/{form}/design", each((*SEE_CUSTOMERS, "adam"), 200)),
    QualityCall("web_form_design", "POST", "/webforms/{form}/design", each(("max", "clara", "adam"), 200), says(FACE)),
)
