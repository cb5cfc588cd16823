"""Data quality, the design of web forms, and the settings that tokens can be given."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from zhike.api.openapi.definitions import (
    CLEANING,
    FACE,
    FLOW,
    FLOW_CHANGE,
    FLOW_VERSION,
    INSPECTION,
    MAIL_SERVER,
    QUALITY_RULES,
    TIER_SCHEME,
    TIER_VERSION,
    VERDICT,
)
from zhike.api.openapi.parts import (
    IDEMPOTENCY_KEY,
    RECORD_ID,
    Schema,
    body_of,
    ok,
    operation,
    query_parameter,
    rows_of,
)

ANY: Schema = {"type": "object"}
ROWS: Schema = rows_of(ANY)
SCHEME_KEY: Schema = {"type": "string", "pattern": "^[a-zA-Z0-9_-]+$"}


def quality() -> Schema:
    """Inspections, normalising, and the search for values that cannot be right."""
    one = "/quality/inspections/{inspection_id}"
    before = [
        query_parameter("before", {"type": "integer", "minimum": 1}, _("Where the page before ended.")),
        query_parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200}),
    ]
    of = [query_parameter("object", CLEANING["properties"]["object"])]
    return {
        "/quality/inspections": {
            "get": _read("inspections", _("Inspections of samples"), ROWS, more=before),
            "post": _send("inspection_drawn", _("Draw a sample of a person's customers"), INSPECTION, status="201"),
        },
        one: {"get": _read("inspection", _("An inspection with the fields to judge"), path=one)},
        f"{one}/items/{{item_id}}": {
            "post": _send("inspection_judged", _("Say what one field is"), VERDICT, path=f"{one}/items/{{item_id}}")
        },
        "/quality/cleanings": {
            "get": _read("cleaning_tried", _("What normalising would change"), more=of),
            "post": _send("cleaning_begun", _("Normalise all records that one may change"), CLEANING, status="202"),
        },
        "/quality/searches": {
            "post": _send("search_begun", _("Mark values that cannot be right"), ANY, status="202"),
        },
        "/quality/jobs/{job_id}": {
            "get": _read("quality_job", _("How far a cleaning or search is"), path="/quality/jobs/{job_id}"),
        },
        "/quality/jobs/{job_id}/cancel": {
            "post": _send(
                "quality_job_cancel", _("Stop a cleaning or search"), ANY, path="/quality/jobs/{job_id}/cancel"
            ),
        },
    }


def web_form_designs() -> Schema:
    """What visitors of a web form see."""
    path = "/webforms/{form_id}/design"
    return {
        path: {
            "get": _read("web_form_design", _("Design of a web form, and what it may ask for"), path=path),
            "post": _send("web_form_designed", _("Design a web form"), FACE, path=path),
        }
    }


def settings() -> Schema:
    """Settings; each says which scope a token needs for it."""
    scheme, flow = "/settings/tier-schemes/{key}", "/settings/approval-flows/{flow_id}"
    found: Schema = {
        "/settings/quality-rules": {
            "get": _read("quality_rules", _("Rules of completeness")),
            "post": _send("quality_rules_saved", _("Put rules of completeness in force"), QUALITY_RULES, status="201"),
        },
        "/settings/quality-rules/preview": {
            "post": _send("quality_rules_preview", _("Whom rules of completeness would move"), QUALITY_RULES),
        },
        "/settings/tier-schemes": {
            "get": _read("tier_schemes", _("Schemes of value tiers"), ROWS),
            "post": _send("tier_scheme_made", _("Make a scheme of value tiers"), TIER_SCHEME, status="201"),
        },
        scheme: {"get": _read("tier_scheme", _("A scheme with its versions"), path=scheme)},
        f"{scheme}/versions": {
            "post": _send(
                "tier_version_saved", _("Save a version of a scheme"), TIER_VERSION, path=scheme, status="201"
            ),
        },
        f"{scheme}/preview": {
            "post": _send("tier_preview", _("Who would move between grades"), TIER_VERSION, path=scheme),
        },
        "/settings/approval-flows": {
            "get": _read("approval_flows", _("Approval flows"), ROWS),
            "post": _send("approval_flow_made", _("Make an approval flow"), FLOW, status="201"),
        },
        flow: {
            "get": _read("approval_flow", _("An approval flow with its versions"), path=flow),
            "patch": _send("approval_flow_changed", _("Change an approval flow"), FLOW_CHANGE, path=flow, keyed=False),
        },
        f"{flow}/versions": {
            "post": _send(
                "approval_version_saved", _("Save a version of a flow"), FLOW_VERSION, path=flow, status="201"
            ),
        },
        "/settings/mail-server": {
            "get": _read("mail_server", _("The mail server, without its password")),
            "patch": _send("mail_server_changed", _("Set the mail server"), MAIL_SERVER, keyed=False),
        },
        "/settings/mail-server/test": {
            "post": _send("mail_server_test", _("Send a mail to oneself, past the queue"), ANY),
        },
    }
    for methods in found.values():
        for method, described in methods.items():
            scope = "settings:read" if method == "get" else "settings:write"
            described["description"] = _("Needs a token with the scope %(scope)s.") % {"scope": scope}
    return found


def _read(name: str, summary: str, answer: Schema = ANY, *, path: str = "", more: list[Schema] | None = None) -> Schema:
    return operation(None, name, summary, ok("", answer), parameters=[*_placeholders(path), *(more or [])])


def _send(
    name: str, summary: str, body: Schema, *, path: str = "", status: str = "200", keyed: bool = True
) -> dict[str, Any]:
    parameters = [*_placeholders(path), *([IDEMPOTENCY_KEY] if keyed else [])]
    return operation(None, name, summary, ok("", ANY, status), requestBody=body_of(body), parameters=parameters)


def _placeholders(path: str) -> list[Schema]:
    return [
        {**RECORD_ID, "name": name, **({"schema": SCHEME_KEY} if name == "key" else {})}
        for name in re.findall(r"\{(\w+)\}", path)
    ]
