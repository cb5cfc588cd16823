"""Object types of people and departments; importing this package registers them."""

from zhike.accounts.objects import department, user

__all__ = ["department", "user"]
