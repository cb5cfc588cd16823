"""Where values come from, in words: "imported from customers.xlsx by Alice, 3 May 2026; confirmed by the customer …"."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _, gettext_lazy

from zhike.domain.collection.provenance import Provenance, provenance_of
from zhike.engines.verification.models import Means
from zhike.metadata import policy
from zhike.metadata.fields.base import Context, Label
from zhike.metadata.labels import fill_labels
from zhike.metadata.object_type import ObjectType
from zhike.web.records.moments import moment

#: Sources of batches in words; whatever else writes is a rule of the house.
WAYS: Mapping[str, Label] = {
    "web": gettext_lazy("typed in"),
    "import": gettext_lazy("imported"),
    "api": gettext_lazy("over the API"),
    "bulk": gettext_lazy("changed in bulk"),
    "web_form": gettext_lazy("web form"),
    "self_update": gettext_lazy("said by the customer"),
    "interview": gettext_lazy("phone interview"),
    "merge": gettext_lazy("merged"),
    "undo": gettext_lazy("taken back"),
    "cli": gettext_lazy("command line"),
    "demo": gettext_lazy("demonstration"),
}


def sources(object_type: ObjectType, record_id: int, context: Context, *, only: Collection[str] = ()) -> dict[str, str]:
    """A sentence for each field that the reader may know of, or for those wanted of them, by field key."""
    known = [field.key for field in policy.readable_fields(context.actor, object_type) if field.computed is None]
    found = provenance_of(object_type, record_id, [key for key in known if not only or key in only])
    people = {pk for told in found.values() for pk in (told.actor_id, told.confirmed_by_id) if pk is not None}
    fill_labels({"user": people}, context)
    return {key: sentence(told, context) for key, told in found.items()}


def sentence(told: Provenance, context: Context) -> str:
    parts = [str(WAYS.get(told.source, _("by a rule"))), told.label, name(told.actor_id, context)]
    said = " · ".join([*filter(None, parts), moment(told.at, context)["exact"]])
    if told.confirmed_at is None:
        return said
    means = [
        str(Means(told.means).label),
        name(told.confirmed_by_id, context),
        moment(told.confirmed_at, context)["exact"],
    ]
    return f"{said}\n{_('Verified')}: {' · '.join(filter(None, means))}"


def name(user_id: int | None, context: Context) -> str:
    return context.labels.get(("user", user_id or 0), ("", ""))[0]
