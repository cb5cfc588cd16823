"""The roles as choices of a field, always those of the moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from django.utils.translation import gettext_lazy

from zhike.accounts.role_book import RoleRights, latest_book
from zhike.metadata.fields.choice_option import Choice


class RoleChoices(Sequence[Choice]):
    """All roles in their order; names of shipped ones are translated."""

    def _choices(self) -> tuple[Choice, ...]:
        return tuple(choice_of(role) for role in latest_book().values())

    def __len__(self) -> int:
        return len(latest_book())

    def __iter__(self) -> Iterator[Choice]:
        return iter(self._choices())

    @overload
    def __getitem__(self, index: int) -> Choice: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Choice, ...]: ...

    def __getitem__(self, index: int | slice) -> Choice | tuple[Choice, ...]:
        return self._choices()[index]


def choice_of(role: RoleRights) -> Choice:
    """The role as a choice."""
    return Choice(role.key, gettext_lazy(role.name) if role.is_shipped else role.name, tone="blue")
