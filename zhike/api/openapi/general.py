"""Addresses that belong to no single object, or to one alone."""

from __future__ import annotations

from django.utils.translation import gettext as _

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


def objects() -> Schema:
    return operation(None, "objects", _("Objects, fields and actions that you may use"), ok("", rows_of({})))


def search() -> Schema:
    parameters = [
        query_parameter("q", {"type": "string"}, _("Two Chinese characters, pinyin, initials, or part of a number.")),
        query_parameter("objects", {"type": "string"}, _("Object keys to search, separated by commas.")),
        query_parameter("limit", {"type": "integer", "minimum": 1, "maximum": 50}),
    ]
    answers = ok(_("What was found, best first."), rows_of({"type": "object"}))
    return operation(None, "search", _("Search everything"), answers, parameters=parameters)


def pools() -> Schema:
    parameters = [
        {**RECORD_ID, "name": "pool_id"},
        query_parameter("q", {"type": "string"}, _("Part of the name.")),
        query_parameter("after", {"type": "integer", "minimum": 1}, _("Where the page before ended.")),
    ]
    answers = ok(_("Customers that nobody owns, phone numbers masked."), rows_of({"type": "object"}))
    summary = _("Customers in a public pool")
    return {
        "/pools/{pool_id}/customers": {
            "get": operation(None, "pool_customers", summary, answers, parameters=parameters)
        }
    }


def approvals() -> Schema:
    answers = ok(_("Steps with their people, and all that happened."), {"type": "object"})
    parameters = [{**RECORD_ID, "name": "approval_id"}]
    summary = _("Path of an approval")
    return {
        "/approvals/{approval_id}/path": {
            "get": operation(None, "approval_path", summary, answers, parameters=parameters)
        }
    }


def reviews() -> Schema:
    answers = ok(_("How a review cycle stands, by department and person."), {"type": "object"})
    parameters = [{**RECORD_ID, "name": "cycle_id"}]
    return {
        "/review-cycles/{cycle_id}/report": {
            "get": operation(None, "review_report", _("Report of a review cycle"), answers, parameters=parameters)
        }
    }


def targets() -> Schema:
    answers = ok(_("Targets of a year from the firm down to people, with what is left to split."), {"type": "object"})
    measures = {"type": "string", "enum": ["orders", "receipts", "won"]}
    parameters = [
        query_parameter("year", {"type": "integer", "minimum": 2000, "maximum": 2100}),
        query_parameter("measure", measures, _("What counts.")),
        query_parameter("category", {"type": "integer", "minimum": 1}, _("Product category.")),
    ]
    summary = _("Targets of a year")
    return {"/targets/overview": {"get": operation(None, "targets_overview", summary, answers, parameters=parameters)}}


def self_update() -> Schema:
    ids = {"type": "array", "minItems": 1, "maxItems": 1000, "items": {"type": "integer", "minimum": 1}}
    body = {"type": "object", "properties": {"ids": ids}, "required": ["ids"], "additionalProperties": False}
    answers = ok(_("A link for each customer, told this once."), rows_of({"type": "object"}), "201")
    summary = _("Links by which customers check their own data")
    return {
        "/customers/self-update-links": {
            "post": operation(
                None, "self_update_links", summary, answers, requestBody=body_of(body), parameters=[IDEMPOTENCY_KEY]
            )
        }
    }
