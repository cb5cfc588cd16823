"""Key accounts, the rules that find them, goals and review meetings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.domain.key_accounts.choices import AccountState, GoalMetric, GoalState
from zhike.metadata.fields.columns import ChoiceField, FilterField, LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

#: Days between two reviews, unless the plan says otherwise.
REVIEW_EVERY = 90
STATE_TONES = {"active": "purple"}
GOAL_TONES = {"open": "blue", "reached": "green", "missed": "red"}


class KeyAccountRule(Record):
    """Which customers are proposed as key accounts: a filter over figures such as amount, profit, length of cooperation."""

    name = models.CharField(_("name"), max_length=80)
    filter = FilterField(_("filter"), over="customer")
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("key account rule")
        verbose_name_plural = _("key account rules")
        indexes = [bin_index("key_account_rule"), *list_indexes("key_account_rule", "name")]

    def __str__(self) -> str:
        return self.name


class KeyAccount(Record):
    """The account plan of a key customer; ``owner`` leads it, the customer's team is the account team."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="key_accounts", db_index=False
    )
    title = models.CharField(_("title"), max_length=160)
    state = ChoiceField(_("state"), choices=AccountState, tones=STATE_TONES, default=AccountState.ACTIVE)
    since = models.DateField(_("key account since"))
    why = models.CharField(_("why it is one"), max_length=300, null=True, blank=True)
    situation = LongTextField(_("where we stand"), null=True, blank=True)
    strategy = LongTextField(_("how we go on"), null=True, blank=True)
    review_every = models.PositiveSmallIntegerField(_("days between two reviews"), default=REVIEW_EVERY)
    next_review_on = models.DateField(_("next review"), null=True, blank=True)

    class Meta:
        verbose_name = _("key account")
        verbose_name_plural = _("key accounts")
        indexes = [
            bin_index("key_account"),
            *list_indexes("key_account", "-updated_at", by_department=False),
            models.Index(fields=("state", "next_review_on"), name="key_account_next_review"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("customer",),
                condition=models.Q(state=AccountState.ACTIVE, deletion__isnull=True),
                name="key_account_one_active",
            ),
            models.CheckConstraint(
                condition=models.Q(review_every__range=(7, 730)), name="key_account_review_every_plausible"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AccountGoal(Record):
    """What is to be reached with a key account between two days; ``target`` is in the unit of ``metric``."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="account_goals", db_index=False
    )
    title = models.CharField(_("goal"), max_length=160)
    metric = ChoiceField(_("counted by"), choices=GoalMetric, default=GoalMetric.AMOUNT)
    target = models.DecimalField(_("target"), max_digits=15, decimal_places=2)
    by_hand = models.DecimalField(_("reached so far, by hand"), max_digits=15, decimal_places=2, null=True, blank=True)
    starts_on = models.DateField(_("begins on"))
    ends_on = models.DateField(_("ends on"))
    state = ChoiceField(_("state"), choices=GoalState, tones=GOAL_TONES, default=GoalState.OPEN)
    note = LongTextField(_("measures"), null=True, blank=True)

    class Meta:
        verbose_name = _("account goal")
        verbose_name_plural = _("account goals")
        indexes = [
            bin_index("account_goal"),
            *list_indexes("account_goal", "ends_on", by_department=False),
            models.Index(fields=("customer", "ends_on"), name="account_goal_customer"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(target__gt=0), name="account_goal_target_positive"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="account_goal_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ReviewMeeting(Record):
    """A business review with a key account: minutes, what was agreed, and when the next one is."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="review_meetings", db_index=False
    )
    title = models.CharField(_("subject"), max_length=160)
    held_on = models.DateField(_("held on"))
    participants = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("of ours"), blank=True, related_name="+"
    )
    guests = models.CharField(_("of theirs"), max_length=200, null=True, blank=True)
    minutes = LongTextField(_("minutes"), null=True, blank=True)
    agreed = LongTextField(_("what was agreed"), null=True, blank=True)
    next_on = models.DateField(_("next meeting"), null=True, blank=True)

    class Meta:
        verbose_name = _("review meeting")
        verbose_name_plural = _("review meetings")
        indexes = [
            bin_index("review_meeting"),
            *list_indexes("review_meeting", "-held_on", by_department=False),
            models.Index(models.F("customer"), models.F("held_on").desc(), name="review_meeting_customer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(next_on__isnull=True) | models.Q(next_on__gt=models.F("held_on")),
                name="review_meeting_next_is_later",
            ),
        ]

    def __str__(self) -> str:
        return self.title
