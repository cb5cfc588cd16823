"""The pages of key accounts: what is due, what the rules propose, the dossier; all within the reader's reach."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.cast import Cast, actor, client
from tests.domain.tiers.base import worth
from zhike.domain.key_accounts.accounts import key_account_start
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db


def test_key_accounts_and_dossiers_follow_the_customer(cast: Cast) -> None:
    mine = worth("海天包装", 900_000, owner=cast.bob.pk, department=cast.first.pk)
    other = worth("远方公司", 900_000, owner=cast.charlie.pk, department=cast.second.pk)
    rule = {
        "name": "年交易额 50 万以上",
        "filter": {"all": [{"field": "net_amount", "op": "gte", "value": 50_000_000}]},
    }
    record_save(registry.get("key_account_rule"), rule, actor=SYSTEM)
    page = client(cast.bob).get(reverse("key_accounts")).content.decode()
    assert "海天包装" in page
    assert "¥900,000.00" in page
    assert "远方公司" not in page
    for pk, owner in ((mine, cast.bob), (other, cast.charlie)):
        key_account_start([pk], actor=actor(owner), why="交易额大")
        record_save(registry.get("intelligence_note"), {"customer": pk, "title": "新厂房投产"}, actor=SYSTEM)
    page = client(cast.bob).get(reverse("key_accounts")).content.decode()
    assert f"/key-accounts/{mine}/" in page
    assert "远方公司" not in page
    assert "新厂房投产" in client(cast.bob).get(reverse("dossier", args=[mine])).content.decode()
    assert client(cast.bob).get(reverse("dossier", args=[other])).status_code == 404
    assert client(cast.eve).get(reverse("dossier", args=[other])).status_code == 200
    for stranger in (cast.mallory, cast.adam):
        assert client(stranger).get(reverse("key_accounts")).status_code == 403
        assert client(stranger).get(reverse("dossier", args=[mine])).status_code == 403
