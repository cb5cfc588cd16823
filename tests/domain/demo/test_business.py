"""The demo business is deterministic, plausible and as large as asked."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import islice
from typing import Any

import pytest

from zhike.domain.demo import identifiers
from zhike.domain.demo.business import Business, Plan
from zhike.domain.demo.calendar import SHANGHAI, spring_festival
from zhike.domain.demo.people import branch
from zhike.domain.demo.stories import comments, later_changes, numbers
from zhike.domain.demo.vocabulary import cities, industries, toml
from zhike.lib.credit_code import parse_credit_code
from zhike.lib.phones import parse_phone

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def rows() -> dict[str, list[dict[str, Any]]]:
    """All rows of the shipped demo by kind."""
    found: dict[str, list[dict[str, Any]]] = {}
    for block in Business(Plan(today=TODAY)).blocks():
        for kind in ("customers", "contacts", "relations", "interactions", "tasks"):
            found.setdefault(kind, []).extend(getattr(block, kind))
    return found


def test_the_branch_has_three_departments_and_twelve_people_in_all_shipped_roles() -> None:
    staff = branch()
    assert len([room for room in staff.departments if room.parent]) == 3
    assert len(staff.people) == 12
    roles = {role for person in staff.people for role in person.roles}
    assert roles == {"sales", "manager", "service", "marketing", "executive", "custodian", "admin"}


def test_the_same_plan_gives_the_same_rows() -> None:
    plan = Plan(today=TODAY, customers=1_200)
    assert list(Business(plan).blocks()) == list(Business(plan).blocks())


def test_a_larger_business_begins_with_the_smaller_one() -> None:
    small = next(iter(Business(Plan(today=TODAY, customers=1_000)).blocks()))
    large = next(iter(Business(Plan(today=TODAY, customers=1_000_000)).blocks()))
    assert small == large


def test_a_million_customers_come_as_a_stream() -> None:
    blocks = Business(Plan(today=TODAY, customers=1_000_000, interactions=10)).blocks()
    for block in islice(blocks, 2):
        assert len(block.customers) == 1_000


def test_every_customer_gets_exactly_the_interactions_asked_for() -> None:
    block = next(iter(Business(Plan(today=TODAY, customers=500, interactions=3)).blocks()))
    counts = Counter(row["customer"] for row in block.interactions if row["customer"] >= len(numbers()))
    assert set(counts.values()) == {3}


def test_there_are_three_thousand_customers_most_of_them_firms(rows: dict[str, list[dict[str, Any]]]) -> None:
    kinds = Counter(row["kind"] for row in rows["customers"])
    assert sum(kinds.values()) == 3_000
    assert 0.57 < kinds["company"] / 3_000 < 0.64
    assert len({row["code"] for row in rows["customers"]}) == 3_000


def test_codes_and_phones_are_valid_and_no_mobile_number_is_given_twice(
    rows: dict[str, list[dict[str, Any]]],
) -> None:
    codes = [row["credit_code"] for row in rows["customers"] if "credit_code" in row]
    assert len(codes) > 1_000
    assert [parse_credit_code(code) for code in codes] == codes
    assert len(set(codes)) == len(codes)
    phones = [phone for row in rows["customers"] + rows["contacts"] for phone in row.get("phones", ())]
    assert all(parse_phone(phone) for phone in phones)
    mobiles = [identifiers.mobile(serial) for serial in range(0, 2_000_000, 7)]
    assert len(set(mobiles)) == len(mobiles)


def test_contacts_took_place_in_the_past_eighteen_months_mostly_in_working_hours(
    rows: dict[str, list[dict[str, Any]]],
) -> None:
    moments = [row["happened_at"].astimezone(SHANGHAI) for row in rows["interactions"]]
    assert max(moments).date() < TODAY
    assert min(moments).date() > TODAY - timedelta(days=550)
    assert sum(moment.weekday() >= 5 for moment in moments) / len(moments) < 0.06
    assert all(8 <= moment.hour < 20 for moment in moments)
    festival = spring_festival(2026)
    assert festival == date(2026, 2, 17)
    assert sum(festival <= moment.date() < festival + timedelta(days=5) for moment in moments) < 15


def test_hardly_two_contacts_read_the_same(rows: dict[str, list[dict[str, Any]]]) -> None:
    texts = [row["content"] for row in rows["interactions"]]
    assert len(texts) > 10_000
    assert len(set(texts)) / len(texts) > 0.97
    assert not any("{" in text for text in texts)


def test_tasks_are_open_done_and_overdue(rows: dict[str, list[dict[str, Any]]]) -> None:
    tasks = rows["tasks"]
    overdue = [row for row in tasks if row["status"] == "open" and row["due_at"].date() < TODAY]
    assert {row["status"] for row in tasks} == {"open", "done"}
    assert 50 < len(overdue) < 400
    assert all(row["done_at"].date() < TODAY for row in tasks if row["status"] == "done")


def test_links_name_rows_that_came_before(rows: dict[str, list[dict[str, Any]]]) -> None:
    customers = {row["number"] for row in rows["customers"]}
    contacts = {row["number"]: row["customer"] for row in rows["contacts"]}
    people = {person.username for person in branch().people}
    tags = {tag["name"] for tag in toml("sorting.toml")["tags"]}
    assert {row["owner"] for row in rows["customers"]} <= people
    assert {tag for row in rows["customers"] for tag in row.get("tags", ())} <= tags
    assert len(contacts) == len(rows["contacts"])
    for row in rows["interactions"] + rows["tasks"]:
        assert row["customer"] in customers
        assert row.get("contact") is None or contacts[row["contact"]] == row["customer"]
    pairs = [(row["customer"], row["other"], row["kind"]) for row in rows["relations"]]
    assert len(set(pairs)) == len(pairs) > 60


def test_the_stories_are_there(rows: dict[str, list[dict[str, Any]]]) -> None:
    by_key = {key: rows["customers"][number] for key, number in numbers().items()}
    last = max(row["happened_at"] for row in rows["interactions"] if row["customer"] == numbers()["silent_key"])
    assert (TODAY - last.date()).days > 200
    assert by_key["silent_key"]["tier"] == "high"
    assert by_key["risky"]["risk"] == "high"
    assert "欠款" in by_key["risky"]["note"]
    assert by_key["duplicate_1"]["phones"] == by_key["duplicate_2"]["phones"]
    assert by_key["lunar_birthday"]["birthday"].startswith("L")
    assert by_key["leap_month_birthday"]["birthday"].endswith("+")
    assert len(by_key["long_name"]["name"]) == 40
    assert by_key["hundred_million"]["credit_limit"] == 100_000_000 * 100
    kinds = {by_key[key]["kind"] for key in ("husband", "wife")}
    assert kinds == {"person"}
    assert any(row["kind"] == "family" and row["customer"] == numbers()["husband"] for row in rows["relations"])
    assert {change.label for change in later_changes()} == {"交接客户", "升级", "标记沉默"}
    assert all(f"@{_name(user)}" in comment.text for comment in comments() for user in comment.mentions)


def _name(username: str) -> str:
    return next(person.name for person in branch().people if person.username == username)


def test_cities_and_industries_carry_what_the_generator_needs() -> None:
    assert all(len(code) == 6 for city in cities().items for _name, code in city.districts)
    assert all(trade.goods and trade.needs and trade.titles for trade in industries().items)
