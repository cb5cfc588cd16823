"""What in the product holds filters over records or calculates with fields, for whoever changes a field's kind."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.models import Group
from zhike.domain.pools.models import Pool
from zhike.domain.quality.rules import read, stored_rules
from zhike.domain.tiers.definition import read as read_tiers
from zhike.domain.tiers.models import TierScheme
from zhike.engines.kind_changes.uses import Holder, holders
from zhike.engines.saved_views.definition import from_json
from zhike.engines.saved_views.models import SavedView


@holders
def saved_views() -> Iterator[Holder]:
    for row in SavedView.objects.order_by("pk").iterator():
        definition = from_json(row.definition)
        yield Holder(
            kind=_("view"),
            name=row.name,
            object_key=row.object_key,
            filters=(definition.filter,),
            sort=definition.sort,
            columns=definition.columns,
        )


@holders
def live_groups() -> Iterator[Holder]:
    for name, node in Group.objects.filter(filter__isnull=False, deletion__isnull=True).values_list("name", "filter"):
        yield Holder(kind=_("group"), name=name, object_key="customer", filters=(node,))


@holders
def public_pools() -> Iterator[Holder]:
    for name, node in Pool.objects.filter(deletion__isnull=True).values_list("name", "filter"):
        yield Holder(kind=_("public pool"), name=name, object_key="customer", filters=(node,))


@holders
def tier_schemes() -> Iterator[Holder]:
    """The latest version of each scheme: earlier ones grade nobody any more."""
    for scheme in TierScheme.objects.filter(is_active=True):
        version = scheme.versions.order_by("number").last()
        if version is None:
            continue
        definition = read_tiers(version.definition)
        yield Holder(
            kind=_("tier scheme"),
            name=scheme.name,
            object_key="customer",
            filters=(definition.population, *(grade.rule for grade in definition.grades)),
            numbers=tuple(criterion.field for criterion in definition.criteria),
        )


@holders
def completeness() -> Iterator[Holder]:
    """Fields count whatever their kind."""
    number, definition = stored_rules()
    keys = {item.key for group in read(definition, number).groups for item in group.items}
    yield Holder(kind=_("rules"), name=str(_("Rules of completeness")), object_key="customer", columns=tuple(keys))
