"""Fields of targets that nobody types: what was reached, what is missing, and the share."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, DecimalField, ExpressionWrapper, F, FloatField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Greatest
from django.utils.translation import gettext_lazy as _

from zhike.domain.targets.models import TargetStand
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field, Input

#: Whoever does not see the amounts that count does not see their sum.
INPUTS = (Input("order", "amount"), Input("receipt", "amount"), Input("opportunity", "amount"))
MONEY = {"currency": "CNY"}


def computed_fields() -> dict[str, Field]:
    """Read-only fields of targets; empty until the first computation, half a minute later at most."""
    money, percent = field_type("money"), field_type("percent")
    found = (
        Field("attained", money, _("reached"), readonly=True, options=MONEY, computed=_attained, inputs=INPUTS),
        Field("gap", money, _("still to go"), readonly=True, options=MONEY, computed=_gap, inputs=INPUTS),
        Field("rate", percent, _("share reached"), readonly=True, computed=_rate, inputs=INPUTS),
    )
    return {field.key: field for field in found}


def _attained() -> Any:
    stands = TargetStand.objects.filter(target_id=OuterRef("pk"), computed_at__isnull=False)
    return Subquery(stands.values("attained")[:1], output_field=BigIntegerField(null=True))


def _gap() -> Any:
    left = ExpressionWrapper(F("amount") - _attained(), output_field=BigIntegerField(null=True))
    return Greatest(left, left * Value(0), output_field=BigIntegerField(null=True))


def _rate() -> Any:
    # As a broken number: SQLite divides whole ones without a rest.
    share = _attained() * Value(100.0, output_field=FloatField()) / F("amount")
    return Cast(ExpressionWrapper(share, output_field=FloatField()), DecimalField(max_digits=30, decimal_places=4))
