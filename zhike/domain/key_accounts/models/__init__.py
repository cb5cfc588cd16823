"""Tables of key accounts and need classes, one subject a module."""

from __future__ import annotations

from zhike.domain.key_accounts.models.account import AccountGoal, KeyAccount, KeyAccountRule, ReviewMeeting
from zhike.domain.key_accounts.models.need import CustomerNeed, NeedClass, RoutedMember
from zhike.domain.key_accounts.models.note import Competitor, IntelligenceNote

__all__ = [
    "AccountGoal",
    "Competitor",
    "CustomerNeed",
    "IntelligenceNote",
    "KeyAccount",
    "KeyAccountRule",
    "NeedClass",
    "ReviewMeeting",
    "RoutedMember",
]
