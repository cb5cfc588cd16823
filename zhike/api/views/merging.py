"""Duplicates and merging over the API: what is there already, merge, and take a merge back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from zhike.api.endpoint import Call, json_response
from zhike.api.problems import Refused
from zhike.api.views.bulk import checked_id
from zhike.engines.duplicates.hints import hints
from zhike.engines.duplicates.kin_finding import kin_hints
from zhike.engines.duplicates.kin_pairs import kin_different_say, kin_pairs_page
from zhike.engines.duplicates.models import KinPair
from zhike.engines.duplicates.words import reasons_text
from zhike.engines.merging.choosing import ALL
from zhike.engines.merging.models import Merge
from zhike.engines.merging.services import MOST, records_merge
from zhike.engines.merging.undoing import Place, merge_undo
from zhike.metadata import policy, registry
from zhike.metadata.errors import Invalid, NotFound, Problem, Problems
from zhike.metadata.fields.base import ValueRefused
from zhike.metadata.object_type import ObjectType


def records_duplicates(call: Call, slug: str) -> HttpResponse:
    """POST /<objects>/duplicates: records that are the same as the values of the body; those out of reach masked, without id."""
    object_type = identified(slug)
    policy.require(call.actor, object_type, "create")
    values = parsed(call, object_type)
    found = [(object_type, hint) for hint in hints(object_type, values, context=call.context)]
    found += kin_hints(object_type, values, context=call.context)
    return json_response(
        {
            "data": [
                {
                    "object": told.key,
                    "id": None if hint.is_masked else hint.record_id,
                    "title": hint.title,
                    "owner": hint.owner or None,
                    "score": hint.score,
                    "reasons": [str(reason) for reason in hint.reasons],
                    "text": reasons_text(hint.reasons),
                }
                for told, hint in found
            ]
        }
    )


def kin_pairs(call: Call, slug: str) -> HttpResponse:
    """GET /<objects>/duplicates/across: pairs with records of other types that wait for a decision, ``after`` an id."""
    object_type = identified(slug)
    policy.require(call.actor, object_type, "merge")
    after = call.parameter("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise Refused(422, "bad_after", _("“after” must be the id of a pair."), field="after")
    pairs, following = kin_pairs_page(call.actor, object_type, after=int(after))
    return json_response({"data": [kin_pair_json(pair) for pair in pairs], "next": following})


def kin_pair_json(pair: KinPair) -> dict[str, Any]:
    """A pair as programs see it."""
    return {
        "id": pair.pk,
        "records": [
            {"object": pair.left_key, "id": pair.left_id},
            {"object": pair.right_key, "id": pair.right_id},
        ],
        "score": pair.score,
        "reasons": pair.reasons,
        "text": reasons_text(pair.reasons),
    }


def kin_pair_differs(call: Call, slug: str, pair_id: int) -> HttpResponse:
    """POST /<objects>/duplicates/across/<id>/different: the two are not the same; no comparison proposes them again."""
    object_type = identified(slug)
    kin_different_say(object_type, pair_id, actor=call.actor)
    return json_response({"id": pair_id, "state": KinPair.State.DIFFERENT.value})


def parsed(call: Call, object_type: ObjectType) -> dict[str, Any]:
    """Plain values of the body; raises Invalid."""
    problems: Problems = {}
    values: dict[str, Any] = {}
    for key, raw in call.object_body().items():
        field = object_type.fields.get(key)
        if field is None or field not in policy.writable_fields(call.actor, object_type):
            problems[key] = [Problem("unknown_field", _("There is no such field."))]
            continue
        try:
            values[key] = None if raw is None else field.type.parse(raw, field, call.context)
        except ValueRefused as refusal:
            problems[key] = [Problem(refusal.code, refusal.message)]
    if problems:
        raise Invalid(problems)
    return values


def identified(slug: str) -> ObjectType:
    """The object type, if its records can be the same; raises NotFound."""
    object_type = registry.by_slug(slug)
    if object_type.identity is None:
        raise NotFound(object_type.key, "duplicates")
    return object_type


def records_merged(call: Call, slug: str) -> HttpResponse:
    """POST /<objects>/merge: merge ``records`` into ``survivor``; ``choices`` by field, ``versions`` by id, both optional."""
    object_type = identified(slug)
    policy.require(call.actor, object_type, "merge")
    body = call.object_body()
    records = body.get("records")
    if not isinstance(records, list) or not 0 < len(records) <= MOST:
        raise Refused(422, "bad_ids", _("“records” must be a list of 1 to 20 ids."), field="records")
    merge = records_merge(
        object_type,
        checked_id(body.get("survivor"), "survivor"),
        [checked_id(pk, f"records.{index}") for index, pk in enumerate(records)],
        actor=call.actor,
        choices=_choices(body),
        versions={
            int(pk): version
            for pk, version in _mapping(body, "versions").items()
            if _is_id(pk) and isinstance(version, int)
        },
        source="api",
    )
    return json_response(merge_json(merge))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _mapping(body: Any, name: str) -> dict[str, Any]:
    found = body.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Refused(422, "not_an_object", _("This must be a JSON object."), field=name)
    return found


def _choices(body: Any) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for key, source in _mapping(body, "choices").items():
        found[key] = ALL if source == ALL else checked_id(source, f"choices.{key}")
    return found


def merge_taken_back(call: Call, merge_id: int) -> HttpResponse:
    """POST /merges/<id>/undo: bring the merged records back; ``take_back`` names later changes that go too."""
    places = call.object_body().get("take_back") or []
    if not isinstance(places, list):
        raise Refused(422, "bad_places", _("“take_back” must be a list of [object, id, field]."), field="take_back")
    return json_response(
        merge_json(merge_undo(merge_id, actor=call.actor, take_back=[_place(place) for place in places]))
    )


def _place(raw: Any) -> Place:
    match raw:
        case [str(object_key), int(record_id), str(field_key)]:
            return object_key, record_id, field_key
    raise Refused(422, "bad_places", _("“take_back” must be a list of [object, id, field]."), field="take_back")


def merge_json(merge: Merge) -> dict[str, Any]:
    """A merge as programs see it."""
    return {
        "id": merge.pk,
        "object": merge.object_key,
        "survivor": merge.survivor_id,
        "merged": [pk for pk, _title in merge.merged],
        "at": merge.at.isoformat(),
        "undone_at": merge.undone_at and merge.undone_at.isoformat(),
    }
