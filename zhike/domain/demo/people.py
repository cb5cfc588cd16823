"""The branch of the demo: departments, people, and who looks after customers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from zhike.domain.demo.vocabulary import toml


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    key: str
    name: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A colleague; ``department`` is the key of one of the departments, ``roles`` are keys of shipped roles."""

    username: str
    name: str
    department: str
    roles: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody who works in the branch."""

    departments: tuple[DepartmentRow, ...]
    people: tuple[PersonRow, ...]

    def with_role(self, role: str) -> tuple[PersonRow, ...]:
        return tuple(person for person in self.people if role in person.roles)

    @property
    def sellers(self) -> tuple[PersonRow, ...]:
        """Those who own customers: the salespeople, and their managers for a few."""
        return self.with_role("sales") * 4 + self.with_role("manager")

    @property
    def carers(self) -> tuple[PersonRow, ...]:
        return self.with_role("service") or self.with_role("sales")


@cache
def branch() -> Staff:
    """The 3 departments and 12 people of the shipped demo."""
    data = toml("people.toml")
    return Staff(
        departments=tuple(DepartmentRow(**row) for row in data["departments"]),
        people=tuple(PersonRow(**{**row, "roles": tuple(row["roles"])}) for row in data["people"]),
    )
