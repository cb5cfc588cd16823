"""The objects of key accounts; importing this package registers them."""

from __future__ import annotations

from zhike.domain.key_accounts.objects import account, need, note

__all__ = ["account", "need", "note"]
