"""The quotes of the demo stand in every state, at prices of its price book."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.cast import Cast
from tests.web.records import customers
from zhike.domain.catalog.models import BundlePart, Product
from zhike.domain.demo.quotes import TOLD, quotes
from zhike.domain.demo.stories import numbers
from zhike.domain.quotes.models import Quote, QuoteLine

pytestmark = pytest.mark.django_db


def test_the_told_quotes_stand_in_every_state(cast: Cast) -> None:
    ids = customers(cast.bob, *(f"客户{number}" for number in range(len(numbers()) + 30)))

    quotes(dict(enumerate(ids)), date(2026, 11, 22))

    assert set(Quote.objects.values_list("state", flat=True)) == {"draft", "approval", "sent", "accepted", "refused"}
    assert Quote.objects.count() == len(TOLD)
    assert not Quote.objects.filter(total=0).exists()
    assert Quote.objects.get(state="approval").below_list > 10
    label = QuoteLine.objects.get(product__code="BQ-0035")
    assert (label.unit_price, label.amount) == (Decimal("0.035"), 1_680_000)
    assert Product.objects.count() == 10
    assert BundlePart.objects.count() == 3
