"""Object types of people and departments; importing this package registers them."""

from zhike.accounts.objects import absence, department, user

__all__ = ["absence", "department", "user"]
