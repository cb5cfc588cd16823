"""One file per object of the customer file; importing this package registers them."""

from __future__ import annotations

from zhike.domain.customers.objects import address_entry, contact, customer, group, relation, tag

__all__ = ["address_entry", "contact", "customer", "group", "relation", "tag"]
