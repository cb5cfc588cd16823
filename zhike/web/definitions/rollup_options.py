"""What the form of a roll-up offers: records that link to the object, what to make of them, and which of them count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from zhike.engines.figures.rollup import FUNCTIONS, MOMENTS
from zhike.engines.figures.rollup_kind import fields_for, sources
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for
from zhike.web.lists.filter_fields import builder_words, filter_fields, with_known


def rollup_context(options: Mapping[str, Any], object_type: ObjectType, actor: Actor) -> dict[str, Any]:
    """The context of settings/rollup_options.html."""
    offered = {f"{child.key}.{link.key}": (child, link) for child, link in sources(object_type)}
    chosen = str(options.get("source") or next(iter(offered), ""))
    child = offered[chosen][0] if chosen in offered else None
    function = str(options.get("function") or "count")
    kinds = FUNCTIONS[function].kinds if function in FUNCTIONS else ()
    by_moment = function in FUNCTIONS and FUNCTIONS[function].by_moment
    return {
        "sources": [
            (key, f"{found.label_plural} · {link.label}", key == chosen) for key, (found, link) in offered.items()
        ],
        "functions": [(key, found.label, key == function) for key, found in FUNCTIONS.items()],
        "fields": listed(fields_for(child, kinds), options.get("of")) if child and kinds else [],
        "moments": listed(fields_for(child, MOMENTS), options.get("by") or "created_at") if child and by_moment else [],
        **({} if child is None else filter_context(child, options.get("filter"), actor)),
    }


def listed(fields: list[Field], chosen: Any) -> list[tuple[str, Any, bool]]:
    return [(field.key, field.label, field.key == chosen) for field in fields]


def filter_context(child: ObjectType, raw: Any, actor: Actor) -> dict[str, Any]:
    """What the filter builder needs; a filter that cannot be read begins anew."""
    context = context_for(actor)
    fields = filter_fields(child, context)
    tree = orjson.loads(raw) if isinstance(raw, str) and raw else (raw or None)
    try:
        with_known(fields, tree or {"all": []}, child, context)
    except (LookupError, TypeError, KeyError):
        tree = None
    return {
        "filter_json": orjson.dumps(tree).decode() if tree else "",
        "filter_fields": fields,
        "filter_words": builder_words(),
    }
