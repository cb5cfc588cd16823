"""Every address of the settings, with the privilege that opens it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from tests.cast import Cast, actor
from zhike.accounts.models import User
from zhike.accounts.roles import role_create
from zhike.domain.risk.indicators import indicators
from zhike.domain.tiers.models import TierScheme
from zhike.engines.approvals.flows import flow_create
from zhike.engines.approvals.models import ApprovalFlow
from zhike.engines.mail.models import Mail
from zhike.engines.mail.server import server_save
from zhike.engines.mail.services import mail_send
from zhike.metadata.actor import SYSTEM
from zhike.metadata.customising import field_create
from zhike.metadata.customising_objects import object_create
from zhike.metadata.models import CustomField, CustomObject, Role

MAIL = {
    "host": "127.0.0.1",
    "port": "9",
    "security": "none",
    "sender": "crm@example.cn",
    "per_minute": "60",
}


@dataclass(frozen=True, slots=True)
class Around:
    """What the settings work on."""

    cast: Cast
    role: Role
    field: CustomField
    object: CustomObject
    scheme: TierScheme
    flow: ApprovalFlow
    mail: Mail

    @property
    def person(self) -> User:
        return self.cast.bob


def around(cast: Cast) -> Around:
    adam = actor(cast.adam)
    server_save(MAIL, actor=adam)
    field = field_create("customer", kind="text", label="备忘", key="memo", actor=adam)
    return Around(
        cast,
        role_create(name="前台", description="", actor=adam),
        field,
        object_create(label="设备", key="x_device", actor=adam),
        TierScheme.objects.get_or_create(key="value", defaults={"name": "价值分级"})[0],
        flow_create(object_key="customer", kind="general", name="客户审批", actor=adam),
        mail_send("li@example.cn", "明天见", "十点", key="matrix", actor=SYSTEM),
    )


Given = Callable[[Around], dict[str, Any]]


def nothing(_around: Around) -> dict[str, Any]:
    return {}


def person(found: Around) -> dict[str, Any]:
    return {"user_id": found.person.pk}


def role(found: Around) -> dict[str, Any]:
    return {"key": found.role.key}


def role_fields(found: Around) -> dict[str, Any]:
    return {"key": found.role.key, "object_key": "customer"}


def fields(_found: Around) -> dict[str, Any]:
    return {"object_key": "customer"}


def native_field(_found: Around) -> dict[str, Any]:
    return {"object_key": "customer", "key": "tier"}


def field(found: Around) -> dict[str, Any]:
    return {"object_key": "customer", "field_id": found.field.pk}


def custom_object(found: Around) -> dict[str, Any]:
    return {"object_id": found.object.pk}


def new_object(_found: Around) -> dict[str, Any]:
    return {"label": "协议", "icon": "box", "group": "customers"}


def new_field(_found: Around) -> dict[str, Any]:
    return {"kind": "text", "label": "新栏"}


def scheme(found: Around) -> dict[str, Any]:
    return {"key": found.scheme.key}


def pipeline(_found: Around) -> dict[str, Any]:
    return {"key": "standard"}


def definition(_around: Around) -> dict[str, Any]:
    return {
        "do": "preview",
        "by": "score",
        "label_0": "好",
        "least_0": "60",
        "label_1": "一般",
        "field_0": "net_amount",
        "weight_0": "1",
    }


def flow(found: Around) -> dict[str, Any]:
    return {"flow_id": found.flow.pk}


def new_flow(_around: Around) -> dict[str, Any]:
    return {"name": "改名", "matter": "general|customer"}


def path(_around: Around) -> dict[str, Any]:
    return {"name": "改名", "who_0": "manager"}


def mail_row(found: Around) -> dict[str, Any]:
    return {"mail_id": found.mail.pk}


def risk_rules(_around: Around) -> dict[str, Any]:
    typed = {f"{key}_{name}": "9" for name in indicators() for key in ("weight", "fade")}
    windows = {
        f"{what}_{level}_{end}": "5" for what in ("remind", "visit") for level in ("high", "watch") for end in "01"
    }
    return {**typed, **windows, "do": "preview", "least_high": "60", "least_watch": "25", "answer_hours": "8"}


def new_person(_around: Around) -> dict[str, Any]:
    return {"username": "newcomer", "name": "新人", "password": "a long enough password"}


def account(found: Around) -> dict[str, Any]:
    return {"username": found.person.username, "department": found.person.department_id, "roles": ["service"]}


@dataclass(frozen=True, slots=True)
class SettingsCall:
    """``privilege`` None: any of them opens the page. ``status`` is the answer to whoever may."""

    name: str
    method: str
    privilege: str | None
    given: Given = nothing
    form: Given = nothing
    status: int = 200

    def url(self, found: Around) -> str:
        return reverse(self.name, kwargs=self.given(found))


SETTINGS_CALLS = (
    SettingsCall("settings", "GET", None),
    SettingsCall("settings_people", "GET", "users"),
    SettingsCall("settings_person_new", "GET", "users"),
    SettingsCall("settings_person_new", "POST", "users", form=new_person, status=302),
    SettingsCall("settings_person", "GET", "users", person),
    SettingsCall("settings_person", "POST", "users", person, account, 302),
    SettingsCall("settings_person_active", "POST", "users", person, lambda _found: {"active": "0"}, 302),
    SettingsCall(
        "settings_person_password", "POST", "users", person, lambda _found: {"password": "another long one, new"}, 302
    ),
    SettingsCall("settings_person_sign_out", "POST", "users", person, status=302),
    SettingsCall("settings_departments", "GET", "users"),
    SettingsCall("settings_departments", "POST", "users", form=lambda _found: {"name": "销售三部"}, status=302),
    SettingsCall("settings_roles", "GET", "roles"),
    SettingsCall("settings_roles", "POST", "roles", form=lambda _found: {"name": "后台"}, status=302),
    SettingsCall("settings_role", "GET", "roles", role),
    SettingsCall("settings_role", "POST", "roles", role, lambda _f: {"name": "前台", "grant:task:view": "40"}, 302),
    SettingsCall("settings_role_delete", "POST", "roles", role, status=302),
    SettingsCall("settings_role_fields", "GET", "roles", role_fields),
    SettingsCall("settings_role_fields", "POST", "roles", role_fields, lambda _found: {"field:note": "0"}, 302),
    SettingsCall("settings_fields", "GET", "settings"),
    SettingsCall("settings_object_fields", "GET", "settings", fields),
    SettingsCall("settings_field_new", "GET", "settings", fields),
    SettingsCall("settings_field_new", "POST", "settings", fields, new_field, 302),
    SettingsCall("settings_field_options", "GET", "settings", fields),
    SettingsCall("settings_field_name", "GET", "settings", native_field),
    SettingsCall("settings_field_name", "POST", "settings", native_field, lambda _found: {"label": "重要程度"}, 302),
    SettingsCall("settings_field_order", "POST", "settings", fields, lambda _found: {"keys": ["memo"]}, 204),
    SettingsCall("settings_field", "GET", "settings", field),
    SettingsCall("settings_field", "POST", "settings", field, new_field, 302),
    SettingsCall("settings_field_use", "POST", "settings", field, lambda _found: {"use": "0"}, 302),
    SettingsCall("settings_field_numbers", "POST", "settings", field, status=422),
    SettingsCall("settings_field_kind", "GET", "settings", field),
    SettingsCall("settings_field_kind", "POST", "settings", field, lambda _found: {"to": "integer"}, 302),
    SettingsCall("settings_field_kind_undo", "POST", "settings", field, status=422),
    SettingsCall("settings_objects", "GET", "settings"),
    SettingsCall("settings_object_new", "GET", "settings"),
    SettingsCall("settings_object_new", "POST", "settings", form=new_object, status=302),
    SettingsCall("settings_object", "GET", "settings", custom_object),
    SettingsCall("settings_object", "POST", "settings", custom_object, new_object, 302),
    SettingsCall("settings_object_use", "POST", "settings", custom_object, lambda _found: {"use": "0"}, 302),
    SettingsCall("settings_calendar", "GET", "settings"),
    SettingsCall(
        "settings_calendar", "POST", "settings", form=lambda _found: {"do": "clear", "day": "2026-01-05"}, status=302
    ),
    SettingsCall("settings_approvals", "GET", "settings"),
    SettingsCall("settings_approvals", "POST", "settings", form=new_flow, status=302),
    SettingsCall("settings_approval", "GET", "settings", flow),
    SettingsCall("settings_approval", "POST", "settings", flow, path, 302),
    SettingsCall("settings_risk", "GET", "settings"),
    SettingsCall("settings_risk", "POST", "settings", form=risk_rules),
    SettingsCall("settings_pipelines", "GET", "settings"),
    SettingsCall("settings_pipelines", "POST", "settings", form=lambda _found: {"name": "大客户"}, status=302),
    SettingsCall("settings_pipeline", "GET", "settings", pipeline),
    SettingsCall("settings_pipeline", "POST", "settings", pipeline, lambda _found: {"do": "draft"}),
    SettingsCall("settings_pipeline_active", "POST", "settings", pipeline, lambda _found: {"active": "1"}, status=302),
    SettingsCall("settings_risk_readers", "POST", "settings", status=302),
    SettingsCall("settings_tiers", "GET", "settings"),
    SettingsCall("settings_tiers", "POST", "settings", form=lambda _found: {"name": "银行", "key": "bank"}, status=302),
    SettingsCall("settings_tier", "GET", "settings", scheme),
    SettingsCall("settings_tier", "POST", "settings", scheme, definition),
    SettingsCall("settings_tier_run", "POST", "settings", scheme, status=302),
    SettingsCall("settings_quality", "GET", "settings"),
    SettingsCall(
        "settings_quality", "POST", "settings", form=lambda _f: {"kind": "company", "weight:name": "1"}, status=302
    ),
    SettingsCall("settings_mail", "GET", "settings"),
    SettingsCall("settings_mail", "POST", "settings", form=lambda _found: MAIL, status=302),
    # Nobody of the cast has an address.
    SettingsCall("settings_mail_test", "POST", "settings", status=422),
    SettingsCall("settings_mail_hold", "POST", "settings", form=lambda _found: {"hold": "1"}, status=302),
    SettingsCall("settings_mail_log", "GET", "settings"),
    SettingsCall("settings_mail_row", "POST", "settings", mail_row, lambda _found: {"do": "cancel"}, 302),
    SettingsCall("settings_checks", "GET", "settings"),
    SettingsCall(
        "settings_checks",
        "POST",
        "settings",
        form=lambda _found: {"fields": ["name", "phones"], "days": "7", "most_uses": "2"},
        status=302,
    ),
    SettingsCall("settings_why", "GET", "audit"),
    SettingsCall("settings_sign_ins", "GET", "audit"),
)
