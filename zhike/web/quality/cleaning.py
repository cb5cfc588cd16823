"""The preview of bulk normalising as the page shows it."""

from __future__ import annotations

from typing import Any

from zhike.domain.quality.cleaning import OBJECTS, preview
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.places import record_url
from zhike.metadata.saving import context_for


def cleaning_context(object_key: str, actor: Actor) -> dict[str, Any]:
    """Context of quality/cleaning.html; raises Denied."""
    object_type, context = registry.get(object_key), context_for(actor)
    found = preview(object_key, actor=actor)
    rows: Any = policy.queryset_for(actor, object_type).filter(pk__in={pk for pk, *_rest in found.changes})
    titles = dict(rows.values_list("pk", object_type.title))
    return {
        "object_key": object_key,
        "objects": [(key, registry.get(key).label_plural, key == object_key) for key in OBJECTS],
        "looked_at": found.looked_at,
        "records": found.records,
        "changes": [
            {
                "url": record_url(object_key, pk),
                "title": titles.get(pk, f"#{pk}"),
                "label": field.label,
                "before": field.type.text(before, field, context),
                "after": field.type.text(after, field, context),
            }
            for pk, field, before, after in found.changes
        ],
    }
