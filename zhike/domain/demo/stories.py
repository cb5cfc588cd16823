"""Hand-written customers whose stories one can find, and what happened to them since they were written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from zhike.domain.demo.calendar import WorkCalendar
from zhike.domain.demo.contacts import PER_CUSTOMER
from zhike.domain.demo.history import Told
from zhike.domain.demo.vocabulary import cities, toml

Row = dict[str, Any]

#: Keys of a story that are fields of the customer as they stand.
PLAIN = (
    "kind", "name", "industry", "size", "tier", "stage", "risk", "source", "annual_revenue", "credit_limit",
    "founded_year", "legal_representative", "phones", "emails", "website", "wechat", "gender", "birthday", "occupation",
    "needs", "preferences", "product_preferences", "habits", "note", "owner", "tags",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LaterChange:
    """A change that a person makes after the customer was created, so that its history shows it."""

    customer: int
    by: str
    values: Mapping[str, Any]
    label: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a customer with the people it mentions; ``hours`` ago."""

    customer: int
    by: str
    mentions: tuple[str, ...]
    hours: int
    text: str


@dataclass(slots=True)
class Story:
    """Rows of one story; local numbers as in generated rows."""

    customer: Row
    contacts: list[Row]
    relations: list[Row]
    told: Told


@cache
def _data() -> dict[str, Any]:
    return toml("stories.toml")


@cache
def numbers() -> dict[str, int]:
    """Local number of each story's customer by key: they are the first ones."""
    return {entry["key"]: number for number, entry in enumerate(_data()["customers"])}


def stories(calendar: WorkCalendar) -> list[Story]:
    """All stories as of the calendar's today, before their later changes."""
    return [_story(number, entry, calendar) for number, entry in enumerate(_data()["customers"])]


def followed() -> list[tuple[str, int]]:
    """User name and local number of the customer that they follow."""
    return [(entry["by"], numbers()[entry["customer"]]) for entry in _data()["followed"]]


def later_changes() -> list[LaterChange]:
    """What people change afterwards, oldest first."""
    customers = {entry["key"]: entry for entry in _data()["customers"]}
    return [
        LaterChange(
            customer=numbers()[change["customer"]],
            by=change["by"],
            values={key: customers[change["customer"]][key] for key in change["before"]},
            label=change["label"],
        )
        for change in _data()["changes"]
    ]


def comments() -> list[Comment]:
    """Comments with mentions, oldest first."""
    found = [
        Comment(
            customer=numbers()[entry["customer"]],
            by=entry["by"],
            mentions=tuple(entry["mentions"]),
            hours=entry["hours"],
            text=entry["text"],
        )
        for entry in _data()["comments"]
    ]
    return sorted(found, key=lambda comment: -comment.hours)


def address_entries() -> list[Row]:
    """Rows of private address books; ``owner`` is the user name."""
    return [dict(entry) for entry in _data()["address_book"]]


def _story(number: int, entry: Mapping[str, Any], calendar: WorkCalendar) -> Story:
    customer = {key: entry[key] for key in PLAIN if key in entry}
    for change in _data()["changes"]:
        if change["customer"] == entry["key"]:
            customer |= change["before"]
    customer |= {"number": number, "code": f"KH{number + 1:07d}"}
    people = entry.get("contacts", ())
    if people:
        customer["habits"] = entry.get("habits", "").format(person=people[-1]["person"])
    if "since_days" in entry:
        customer["cooperation_since"] = (calendar.today - timedelta(days=entry["since_days"])).isoformat()
    if entry["kind"] == "company":
        customer["legal_name"] = entry["name"]
    if "street" in entry:
        customer["address"] = _address(entry)
    contacts = {person["name"]: number * PER_CUSTOMER + place + 1 for place, person in enumerate(people)}
    return Story(
        customer=customer,
        contacts=[_contact(number, contacts[person["name"]], person) for person in people],
        relations=[
            {"customer": number, "other": numbers()[row["other"]], "kind": row["kind"], "note": row["note"]}
            for row in entry.get("relations", ())
        ],
        told=Told(
            interactions=[
                _interaction(number, row, entry, contacts, calendar) for row in entry.get("interactions", ())
            ],
            tasks=[_task(number, row, entry, calendar) for row in entry.get("tasks", ())],
        ),
    )


def _address(entry: Mapping[str, Any]) -> dict[str, str]:
    city = next(city for city in cities().items if city.name == entry["city"])
    return {
        "country": "中国",
        "province": city.province,
        "city": city.name,
        "district": entry["district"],
        "street": entry["street"],
        "postcode": city.postcode,
    }


def _contact(customer: int, number: int, person: Mapping[str, Any]) -> Row:
    fields = {key: value for key, value in person.items() if key != "person"}
    return {"number": number, "customer": customer, "phones": [f"1380055{number:04d}"], **fields}


def _interaction(
    customer: int, row: Mapping[str, Any], entry: Mapping[str, Any], contacts: Mapping[str, int], calendar: WorkCalendar
) -> Row:
    found: Row = {
        "customer": customer,
        "channel": row["channel"],
        "outcome": row["outcome"],
        "content": row["content"],
        "duration_minutes": row["minutes"],
        "happened_at": calendar.days_ago(row["days"], 9 + row["minutes"] % 8, row["minutes"] % 60),
        "owner": row.get("by", entry["owner"]),
    }
    if "contact" in row:
        found["contact"] = contacts[row["contact"]]
    for key in ("feedback", "next_action"):
        if key in row:
            found[key] = row[key]
    if "next_days" in row:
        found["next_at"] = calendar.days_ago(row["next_days"], 10)
    return found


def _task(customer: int, row: Mapping[str, Any], entry: Mapping[str, Any], calendar: WorkCalendar) -> Row:
    return {
        "customer": customer,
        "title": row["title"],
        "kind": row["kind"],
        "priority": row.get("priority", "normal"),
        "status": "open",
        "owner": entry["owner"],
        "due_at": calendar.days_ago(row["days"], 10),
    }
