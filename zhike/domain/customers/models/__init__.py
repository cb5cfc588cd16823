"""Tables of the customer file, one object a module."""

from __future__ import annotations

from zhike.domain.customers.models.address_entry import AddressEntry
from zhike.domain.customers.models.contact import Contact
from zhike.domain.customers.models.customer import Customer
from zhike.domain.customers.models.group import Group
from zhike.domain.customers.models.relation import Relation
from zhike.domain.customers.models.tag import Tag

__all__ = ["AddressEntry", "Contact", "Customer", "Group", "Relation", "Tag"]
