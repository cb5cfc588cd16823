"""Key accounts, their rules, goals and review meetings as object types."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from zhike.domain.key_accounts.models import AccountGoal, KeyAccount, KeyAccountRule, ReviewMeeting
from zhike.domain.key_accounts.preparation import accounts_prepare, goals_prepare, meetings_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import ObjectType, Section, TimelineSource
from zhike.metadata.registry import object_type


def with_bounds(descriptor: ObjectType) -> ObjectType:
    """A review comes at least every two years, and no oftener than once a week."""
    every = descriptor.fields["review_every"]
    bounded = every.with_changes(options={**every.options, "minimum": 7, "maximum": 730})
    return replace(descriptor, fields={**descriptor.fields, "review_every": bounded})


KEY_ACCOUNT = registry.add(
    with_bounds(
        object_type(
            KeyAccount,
            key="key_account",
            icon="star",
            title="title",
            subtitle=("customer", "state"),
            columns=("title", "customer", "state", "since", "next_review_on", "owner", "updated_at"),
            filters=("state", "customer", "next_review_on", "since", "owner"),
            search=("title",),
            badges=("state",),
            figures=("since", "next_review_on"),
            quick=("customer", "title", "since", "why"),
            form=(
                Section(_("Key account"), ("customer", "title", "state", "since", "why", "owner")),
                Section(_("Account plan"), ("situation", "strategy", "review_every", "next_review_on")),
            ),
            scope_from="customer",
            prepare=accounts_prepare,
        )
    )
)
KEY_ACCOUNT_RULE = registry.add(
    object_type(
        KeyAccountRule,
        key="key_account_rule",
        icon="filter",
        title="name",
        columns=("name", "is_active", "owner", "updated_at"),
        filters=("is_active", "owner"),
        search=("name",),
        form=(Section(_("Key account rule"), ("name", "is_active", "filter", "owner")),),
        default_sort="name",
    )
)
ACCOUNT_GOAL = registry.add(
    object_type(
        AccountGoal,
        key="account_goal",
        icon="target",
        title="title",
        subtitle=("customer", "ends_on"),
        columns=("title", "customer", "metric", "target", "starts_on", "ends_on", "state", "owner"),
        filters=("state", "metric", "ends_on", "customer", "owner"),
        search=("title",),
        badges=("state", "metric"),
        figures=("progress", "reached", "target"),
        quick=("customer", "title", "metric", "target", "starts_on", "ends_on"),
        form=(
            Section(_("Goal"), ("customer", "title", "metric", "target", "starts_on", "ends_on", "owner")),
            Section(_("How it goes"), ("by_hand", "state", "note")),
        ),
        default_sort="ends_on",
        scope_from="customer",
        prepare=goals_prepare,
    )
)
REVIEW_MEETING = registry.add(
    object_type(
        ReviewMeeting,
        key="review_meeting",
        icon="users-group",
        title="title",
        subtitle=("customer", "held_on"),
        columns=("title", "customer", "held_on", "participants", "next_on", "owner"),
        filters=("held_on", "next_on", "customer", "participants", "owner"),
        search=("title",),
        quick=("customer", "title", "held_on", "next_on"),
        form=(
            Section(_("Review meeting"), ("customer", "title", "held_on", "participants", "guests", "owner")),
            Section(_("Minutes"), ("minutes", "agreed", "next_on")),
        ),
        default_sort="-held_on",
        scope_from="customer",
        timeline=TimelineSource(subject="customer", at="held_on", title="title", body="agreed", more=("next_on",)),
        prepare=meetings_prepare,
    )
)
