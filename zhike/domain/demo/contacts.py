"""Rows of contacts: who works at a firm, in which role, how well we know them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from zhike.domain.demo import identifiers
from zhike.domain.demo.persons import birthday, full_name
from zhike.domain.demo.vocabulary import Trade, Weighted, one_of, toml

#: Local numbers of a customer's contacts are the customer's number times this, plus their place.
PER_CUSTOMER = 8
COUNTS = {
    "high": Weighted([(2, 30), (3, 40), (4, 20), (5, 10)]),
    "middle": Weighted([(1, 45), (2, 40), (3, 15)]),
    "low": Weighted([(0, 15), (1, 70), (2, 15)]),
}
STRENGTHS = Weighted([("weak", 20), ("normal", 45), ("good", 25), ("strong", 10)])
#: Words in job titles that tell the role in decisions; everybody else uses the goods.
DECIDERS = ("总经理", "老板", "校长", "行长", "院长", "合伙人", "负责人", "理事长", "厂长", "CEO", "总监")
GATEKEEPERS = ("前台", "助理", "专员", "员", "老师", "干")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spoken:
    """Somebody we talk to: the local number of the contact (None for a person who is the customer) and the form of address."""

    number: int | None
    address: str


def role_of(title: str, rng: Random) -> str:
    if title.endswith(DECIDERS):
        return "decision_maker"
    if title.endswith(GATEKEEPERS):
        return "gatekeeper" if rng.random() < 0.5 else "user"
    return "influencer" if rng.random() < 0.7 else "decision_maker"


def form_of_address(surname: str, title: str, gender: str) -> str:
    """王经理, 李厂长, 陈老师; otherwise 张先生 or 张女士."""
    for word in (
        "总经理",
        "经理",
        "厂长",
        "校长",
        "院长",
        "行长",
        "主任",
        "科长",
        "部长",
        "主管",
        "老师",
        "店长",
        "会计",
        "总监",
    ):
        if title.endswith(word):
            return surname + ("总" if word == "总经理" else word)
    return surname + ("先生" if gender == "male" else "女士")


class Contacts:
    """Generates the contacts of firms; one instance serves all blocks."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.notes = toml("profiles.toml")["contact_notes"]["lines"]
        self.rivals = toml("interactions.toml")["rivals"]["names"]

    def rows(self, customer: int, tier: str, trade: Trade, domain: str, rng: Random) -> tuple[list[Row], list[Spoken]]:
        """Rows and forms of address, the main contact first."""
        found, spoken = [], []
        for place in range(COUNTS[tier].pick(rng)):
            number = customer * PER_CUSTOMER + place + 1
            row, address = self._row(number, customer, trade, domain, rng)
            row["is_primary"] = place == 0
            found.append(row)
            spoken.append(Spoken(number, address))
        return found, spoken

    def _row(self, number: int, customer: int, trade: Trade, domain: str, rng: Random) -> tuple[Row, str]:
        gender = "male" if rng.random() < 0.58 else "female"
        name, parts = full_name(rng, gender)
        title = one_of(trade.titles, rng)
        row: Row = {
            "number": number,
            "customer": customer,
            "name": name,
            "job_title": title,
            "role": role_of(title, rng),
            "strength": STRENGTHS.pick(rng),
            "phones": [identifiers.mobile(number)],
        }
        if rng.random() < 0.5:
            row["emails"] = [identifiers.person_mail(parts, domain, number)]
        if rng.random() < 0.6:
            row["wechat"] = identifiers.wechat(parts, number)
        if rng.random() < 0.3:
            row["birthday"] = birthday(rng, self.today.year - 25 - int(rng.random() * 35))
        if rng.random() < 0.12:
            row["note"] = one_of(self.notes, rng).format(rival=one_of(self.rivals, rng))
        return row, form_of_address(parts[0].text, title, gender)
