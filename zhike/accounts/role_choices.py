"""The roles as choices of a field, always those of the moment."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from zhike.accounts.role_book import RoleRights, latest_book
from zhike.metadata.fields.choice_option import Choice, LiveChoices


class RoleChoices(LiveChoices):
    """All roles in their order; names of shipped ones are translated."""

    def current(self) -> tuple[Choice, ...]:
        return tuple(choice_of(role) for role in latest_book().values())


def choice_of(role: RoleRights) -> Choice:
    """The role as a choice."""
    return Choice(role.key, gettext_lazy(role.name) if role.is_shipped else role.name, tone="blue")
