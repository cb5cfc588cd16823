"""What makes a customer valid, and what is completed on it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast, actor
from zhike.domain.customers.models import Customer
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.policy import queryset_for
from zhike.metadata.records import record_save

pytestmark = pytest.mark.django_db


def saved(**values: Any) -> Customer:
    return Customer.objects.get(pk=record_save(registry.get("customer"), values, actor=SYSTEM))


def refused(**values: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as found:
        saved(**values)
    return {key: [problem.code for problem in problems] for key, problems in found.value.problems.items()}


def test_a_name_is_enough_for_a_customer() -> None:
    customer = saved(name="苏州恒泰精密模具有限公司")
    assert (customer.kind, customer.stage, customer.risk) == ("company", "potential", "none")


def test_a_credit_code_is_stored_in_its_normal_form() -> None:
    assert saved(name="甲", credit_code=" 91350100m000100y43 ").credit_code == "91350100M000100Y43"


def test_a_credit_code_with_a_slip_is_refused() -> None:
    assert refused(name="甲", credit_code="91350100M000100Y44") == {"credit_code": ["bad_checksum"]}


def test_two_customers_never_share_a_credit_code() -> None:
    saved(name="甲", credit_code="91350100M000100Y43")
    assert refused(name="乙", credit_code="91350100m000100y43") == {"credit_code": ["taken"]}


@pytest.mark.parametrize(("birthday", "year"), [("1985-03-12", 1985), ("L1958-08-15", 1958), ("--03-12", None)])
def test_the_birthday_gives_the_year_of_birth(birthday: str, year: int | None) -> None:
    assert saved(name="张三", kind="person", birthday=birthday).birth_year == year


def test_birthday_and_year_of_birth_may_not_contradict_each_other() -> None:
    assert refused(name="张三", kind="person", birthday="1985-03-12", birth_year=1990) == {"birth_year": ["other_year"]}


def test_a_new_birthday_moves_the_year_of_birth() -> None:
    person = saved(name="张三", kind="person", birthday="1985-03-12")
    record_save(registry.get("customer"), {"birthday": "1987-03-12"}, actor=SYSTEM, id=person.pk)
    person.refresh_from_db()
    assert person.birth_year == 1987


def test_a_company_has_no_birthday_and_a_person_no_legal_representative() -> None:
    assert refused(name="甲公司", birthday="1985-03-12") == {"birthday": ["not_of_a_company"]}
    assert refused(name="张三", kind="person", legal_representative="李四") == {
        "legal_representative": ["not_of_a_person"]
    }


def test_a_record_whose_kind_was_changed_can_still_be_saved() -> None:
    person = saved(name="张三", kind="person", occupation="店主")
    record_save(registry.get("customer"), {"kind": "company"}, actor=SYSTEM, id=person.pk)
    record_save(registry.get("customer"), {"occupation": "店主", "note": "改为企业"}, actor=SYSTEM, id=person.pk)
    person.refresh_from_db()
    assert person.note == "改为企业"


def test_sales_create_customers_of_their_own_in_their_department(cast: Cast) -> None:
    pk = record_save(registry.get("customer"), {"name": "鲍勃的客户"}, actor=actor(cast.bob))
    customer = Customer.objects.get(pk=pk)
    assert (customer.owner_id, customer.department_id) == (cast.bob.pk, cast.first.pk)


def test_the_other_department_does_not_see_it_and_nobody_without_rights_creates_one(cast: Cast) -> None:
    customer = registry.get("customer")
    pk = record_save(customer, {"name": "鲍勃的客户"}, actor=actor(cast.bob))
    assert queryset_for(actor(cast.alice), customer).filter(pk=pk).exists()
    for stranger in (cast.charlie, cast.mallory, cast.adam):
        assert not queryset_for(actor(stranger), customer).filter(pk=pk).exists()
    with pytest.raises(NotFound):
        record_save(customer, {"name": "改名"}, actor=actor(cast.charlie), id=pk)
    with pytest.raises(Denied):
        record_save(customer, {"name": "无权"}, actor=actor(cast.mallory))
