"""Rows that are the same as a record or an earlier row though no key says so."""

from __future__ import annotations

import orjson
import pytest

from tests.cast import Cast
from tests.engines.importing.test_import import run, upload
from zhike.domain.customers.models import Customer
from zhike.engines.importing.models import ImportRun
from zhike.jobs.models import Job
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid
from zhike.metadata.records import record_save

pytestmark = [pytest.mark.django_db, pytest.mark.write]

SHEET = """客户名称,类型,手机,微信
恒泰精密模具（苏州）,企业,0512-62345678,hengtai
鼎新商贸有限公司,企业,13912341234,
鼎新商貿,企业,13912341234,dingxin
另一家有限公司,企业,,
"""
KEYLESS = {"key": "", "mode": "create"}


@pytest.fixture
def customer(cast: Cast) -> int:
    values = {"name": "苏州恒泰精密模具有限公司", "kind": "company", "phones": ["13812341234"], "owner": cast.bob.pk}
    return record_save(registry.get("customer"), values, actor=SYSTEM)


def imported(cast: Cast, how: str, sheet: str = SHEET) -> tuple[Job, ImportRun]:
    found = upload(cast.clara, sheet)
    job = run(found, cast.clara, duplicates=how, **KEYLESS)
    assert job.state == Job.State.DONE, job.error
    return job, found


def rejected(found: ImportRun) -> list[str]:
    return [orjson.loads(line)[2][0] for line in found.reasons_path.read_bytes().splitlines()]


def test_they_are_made_as_well_unless_something_else_is_chosen(cast: Cast, customer: int) -> None:
    imported(cast, "create")
    assert Customer.objects.count() == 5


def test_they_are_left_out_with_the_reason(cast: Cast, customer: int) -> None:
    job, found = imported(cast, "skip")
    assert (job.result["created"], job.result["rejected"]) == (2, 2)
    first, second = rejected(found)
    assert "苏州恒泰精密模具有限公司" in first
    assert "第 3 行" in second


def test_they_update_the_record_and_are_joined_in_the_file(cast: Cast, customer: int) -> None:
    job, _found = imported(cast, "update")
    assert (job.result["created"], job.result["updated"]) == (2, 1)
    record = Customer.objects.get(pk=customer)
    assert (record.name, record.wechat, record.phones) == ("恒泰精密模具（苏州）", "hengtai", ["+8651262345678"])
    assert Customer.objects.get(wechat="dingxin").name == "鼎新商貿"


def test_they_add_only_what_the_record_lacks(cast: Cast, customer: int) -> None:
    imported(cast, "merge")
    record = Customer.objects.get(pk=customer)
    assert (record.name, record.wechat) == ("苏州恒泰精密模具有限公司", "hengtai")
    assert record.phones == ["+8613812341234", "+8651262345678"]
    assert Customer.objects.get(wechat="dingxin").name == "鼎新商贸有限公司"


def test_rows_of_earlier_batches_are_known(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhike.engines.duplicates.listening.AT_ONCE", 0)
    lines = [f"{name}有限公司,企业,," for name in ("恒泰", "鼎新", "华瑞")]
    sheet = "\n".join(
        ["客户名称,类型,手机,微信", *(f"无名{number}号商行,企业,," for number in range(1_100)), *lines, *lines, ""]
    )
    job, _found = imported(cast, "skip", sheet)
    assert job.result["rejected"] == 3


def test_an_unknown_policy_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        run(upload(cast.clara), cast.clara, duplicates="guess", **KEYLESS)
