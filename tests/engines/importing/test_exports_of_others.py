"""Files as Zoho CRM, HubSpot, Odoo and 纷享销客 export them go in without anybody mapping a column."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from pathlib import Path

import orjson
import pytest
from xlsxwriter import Workbook

from tests.cast import Cast, actor, person
from tests.engines.importing.test_import import run
from zhike.domain.customers.models import Contact, Customer
from zhike.engines.importing import services
from zhike.engines.importing.layouts import layouts, recognised, recognised_elsewhere
from zhike.engines.importing.models import ImportRun
from zhike.engines.importing.targets import targets
from zhike.jobs.models import Job
from zhike.metadata import registry
from zhike.metadata.errors import Invalid
from zhike.metadata.fields.choice_option import choice_by_key

pytestmark = [pytest.mark.django_db, pytest.mark.write]

SAMPLES = Path(__file__).parent / "exports"


def taken_in(cast: Cast, name: str, *, as_workbook: bool = False) -> ImportRun:
    """The sample as uploaded by Clara."""
    data, file_name = (SAMPLES / f"{name}.csv").read_bytes(), f"{name}.csv"
    if as_workbook:
        data, file_name = workbook(data.decode()), f"{name}.xlsx"
    key = layouts()[name].object_key
    return services.import_upload(registry.get(key), [data], file_name=file_name, actor=actor(cast.clara))


def workbook(text: str) -> bytes:
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("数据")
        for number, row in enumerate(csv.reader(StringIO(text))):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return file.getvalue()


def done(found: ImportRun, cast: Cast) -> Job:
    job = run(found, cast.clara)
    assert job.state == Job.State.DONE, job.error
    return job


def reasons(found: ImportRun) -> list[list[str]]:
    return [orjson.loads(line)[2] for line in found.reasons_path.read_bytes().splitlines()]


@pytest.fixture(autouse=True)
def mails(cast: Cast) -> None:
    cast.bob.emails = ["bob@branch.example"]
    cast.bob.save()


@pytest.mark.parametrize("name", sorted(layouts()))
def test_every_layout_is_recognised_by_its_own_sample_alone(cast: Cast, name: str) -> None:
    found = taken_in(cast, name)
    assert found.layout == name
    assert [other.key for other in layouts().values() if other.knows(found.headers)] == [name]


@pytest.mark.parametrize("name", sorted(layouts()))
def test_every_rule_leads_to_a_field_and_every_word_to_a_choice(cast: Cast, name: str) -> None:
    layout = layouts()[name]
    known = targets(registry.get(layout.object_key), actor(cast.clara))
    assert layout.source.count("https://")
    for rule in (
        rule for columns in (layout.columns, *(case.columns for case in layout.cases)) for rule in columns.values()
    ):
        assert rule.to in known
        field = known[rule.to].field
        for value in (
            {*rule.values.values(), *(value for _least, value in rule.steps)} if field.type.key == "choice" else ()
        ):
            assert value == "" or choice_by_key(field, value) is not None, (rule.to, value)


def test_accounts_of_zoho(cast: Cast) -> None:
    found = taken_in(cast, "zoho_accounts")
    job = done(found, cast)
    assert (job.result["created"], job.result["rejected"]) == (3, 0)
    hengtai = Customer.objects.get(code="zcrm_5402671000000381001")
    assert (hengtai.name, hengtai.kind, hengtai.owner) == ("苏州恒泰精密模具有限公司", "company", cast.bob)
    assert (hengtai.industry, hengtai.size, hengtai.tier, hengtai.stage) == (
        "manufacturing",
        "medium",
        "high",
        "active",
    )
    assert hengtai.annual_revenue == 1_200_000_000
    assert sorted(tag.name for tag in hengtai.tags.all()) == ["华东", "模具"]
    assert hengtai.address == {
        "country": "中国",
        "province": "江苏省",
        "city": "苏州市",
        "street": "工业园区星湖街 218 号",
        "postcode": "215000",
    }
    assert hengtai.note is not None
    assert hengtai.note.startswith("老客户\n2019 年起合作")
    assert "Account Site: 总部" in hengtai.note
    assert "Created" not in hengtai.note


def test_words_that_the_table_does_not_know_are_kept_in_the_note(cast: Cast) -> None:
    done(taken_in(cast, "zoho_accounts"), cast)
    harbour = Customer.objects.get(name="Harbour Light Trading Ltd")
    assert (harbour.industry, harbour.size, harbour.tier, harbour.owner) == ("other", "micro", None, cast.bob)
    assert harbour.note is not None
    assert "Industry: Maritime Insurance Broking" in harbour.note
    assert harbour.address["country"] == "英国"
    assert harbour.address["province"] == "Greater London"
    assert "Account Type: Competitor" in str(Customer.objects.get(name="广州鼎新商贸有限公司").note)


def test_contacts_of_zoho_join_their_accounts(cast: Cast) -> None:
    done(taken_in(cast, "zoho_accounts"), cast)
    found = taken_in(cast, "zoho_contacts")
    job = done(found, cast)
    assert (job.result["created"], job.result["rejected"]) == (2, 1)
    zhang = Contact.objects.get(name="张建国")
    assert zhang.customer.name == "苏州恒泰精密模具有限公司"
    assert zhang.phones == ["+8651262345678", "+8613800138000"]
    assert zhang.emails == ["zjg@hengtai.example", "zhangjg@mail.example"]
    assert (zhang.job_title, zhang.birthday) == ("采购总监", "1975-08-12")
    assert "Department: 采购部" in str(zhang.note)
    assert Contact.objects.filter(name="Peter Marlow").exists()
    assert "客户" in reasons(found)[0][0]


def test_companies_and_contacts_of_hubspot(cast: Cast) -> None:
    done(taken_in(cast, "hubspot_companies"), cast)
    lanhai = Customer.objects.get(code="9123450001")
    assert (lanhai.stage, lanhai.industry, lanhai.size, lanhai.source) == ("active", "it", "medium", "website")
    assert (lanhai.owner, lanhai.founded_year, lanhai.website) == (cast.bob, 2012, "https://lanhai.example")
    assert lanhai.address["province"] == "广东省"
    assert lanhai.phones == ["+8675586012345"]
    qinghe = Customer.objects.get(code="9123450002")
    assert (qinghe.stage, qinghe.source, qinghe.size) == ("potential", "exhibition", "micro")
    done(taken_in(cast, "hubspot_contacts"), cast)
    lin = Contact.objects.get(name="林晓雯")
    assert (lin.customer, lin.role, lin.job_title) == (lanhai, "decision_maker", "技术总监")
    assert lin.phones == ["+8675586012345", "+8613700137000"]
    assert lin.note == "Favourite tea: 龙井"
    assert Contact.objects.get(name="Anna Berg").role == "influencer"


def test_partners_of_odoo_become_customers_and_their_contacts(cast: Cast) -> None:
    job = done(taken_in(cast, "odoo_partners"), cast)
    assert (job.result["created"], job.result["rejected"]) == (2, 0)
    chenguang = Customer.objects.get(name="上海晨光文具有限公司")
    assert (chenguang.kind, chenguang.code, chenguang.owner) == ("company", "P0040", cast.bob)
    assert sorted(tag.name for tag in chenguang.tags.all()) == ["华东", "文具"]
    assert chenguang.address["street"] == "世纪大道 100 号 8 楼"
    assert chenguang.note == "年度框架"
    zhang = Contact.objects.get(name="张莉")
    assert (zhang.customer, zhang.job_title, zhang.note) == (chenguang, "采购经理", "只在下午接电话")
    assert zhang.phones == ["+862161234567", "+8613900139000"]
    wang = Customer.objects.get(name="王小明")
    assert (wang.kind, wang.occupation, wang.address["province"]) == ("person", "教师", "江苏省")


@pytest.mark.parametrize("as_workbook", [False, True])
def test_the_templates_of_fxiaoke(cast: Cast, as_workbook: bool) -> None:
    done(taken_in(cast, "fxiaoke_customers", as_workbook=as_workbook), cast)
    changjiang = Customer.objects.get(code="20240101-000001")
    assert (changjiang.tier, changjiang.stage, changjiang.source) == ("high", "active", "exhibition")
    assert (changjiang.industry, changjiang.size, changjiang.phones) == ("manufacturing", "medium", ["+862787654321"])
    assert changjiang.address["district"] == "洪山区"
    assert changjiang.note == "2024年5月1日签年度框架\n二级行业: 工程机械"
    star = Customer.objects.get(code="20240101-000003")
    assert (star.tier, star.stage, star.source) == (None, "active", "other")
    assert star.address["city"] == "大连市"
    assert {"客户级别: 潜力客户", "客户来源: 小红书"} <= set(str(star.note).split("\n"))
    done(taken_in(cast, "fxiaoke_contacts", as_workbook=as_workbook), cast)
    zhao = Contact.objects.get(name="赵志强")
    assert (zhao.role, zhao.strength, zhao.wechat, zhao.birthday) == (
        "decision_maker",
        "strong",
        "zzq-cj",
        "1970-08-03",
    )
    assert zhao.phones == ["+8613871123456", "+8613971123456", "+862787654321"]
    assert Contact.objects.get(name="钱小红").phones == ["+8613871123457"]


def test_a_second_time_nothing_is_doubled(cast: Cast) -> None:
    for name in ("zoho_accounts", "odoo_partners", "fxiaoke_customers"):
        done(taken_in(cast, name), cast)
        job = done(taken_in(cast, name), cast)
        assert (job.result["created"], job.result["updated"]) == (0, 0), name


def test_the_layout_can_be_refused_and_columns_corrected(cast: Cast) -> None:
    found = taken_in(cast, "zoho_accounts")
    services.import_layout(found, "", actor=actor(cast.clara))
    assert (found.layout, found.mapping[str(found.headers.index("Account Number"))], found.key) == ("", "code", "code")
    with pytest.raises(Invalid):
        services.import_layout(found, "zoho_contacts", actor=actor(cast.clara))
    services.import_layout(found, "zoho_accounts", actor=actor(cast.clara))
    position = str(found.headers.index("Industry"))
    run(found, cast.clara, mapping={**found.mapping, position: "needs"})
    assert Customer.objects.get(name="广州鼎新商贸有限公司").needs == "Retail"


def test_corrected_columns_are_remembered_whatever_their_order(cast: Cast) -> None:
    text = "客户名称,代号,说法\n甲公司,A1,很好\n"
    key = registry.get("customer")
    first = services.import_upload(key, [text.encode()], file_name="a.csv", actor=actor(cast.clara))
    run(first, cast.clara, mapping={"0": "name", "1": "code", "2": "needs"}, key="code", duplicates="skip")
    turned = "说法,客户名称,代号\n一般,乙公司,A2\n"
    second = services.import_upload(key, [turned.encode()], file_name="b.csv", actor=actor(cast.clara))
    assert second.mapping == {"0": "needs", "1": "name", "2": "code"}
    assert (second.key, second.duplicates) == ("code", "skip")
    cora = actor(person("cora", "custodian", cast.branch))
    colleague = services.import_upload(key, [turned.encode()], file_name="b.csv", actor=cora)
    assert colleague.mapping == second.mapping


def test_parts_of_an_address_and_several_numbers_come_from_columns_of_their_own(cast: Cast) -> None:
    text = "客户名称,省份,城市,详细地址,电话,联系电话2\n甲公司,浙江省,杭州市,文三路 1 号,0571-88881111,13800138000\n"
    found = services.import_upload(
        registry.get("customer"), [text.encode()], file_name="a.csv", actor=actor(cast.clara)
    )
    run(found, cast.clara, mapping={**found.mapping, "5": "phones"})
    made = Customer.objects.get()
    assert made.address == {"province": "浙江省", "city": "杭州市", "street": "文三路 1 号"}
    assert made.phones == ["+8657188881111", "+8613800138000"]


def test_a_file_of_another_object_is_pointed_out(cast: Cast) -> None:
    headers = (SAMPLES / "zoho_contacts.csv").read_text().splitlines()[0].split(",")
    assert recognised(headers, "customer") is None
    elsewhere = recognised_elsewhere(headers, "customer")
    assert elsewhere is not None
    assert elsewhere.object_key == "contact"
