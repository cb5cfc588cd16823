"""The roles that 知客 brings along, and the step that adds them without touching what an administrator changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from zhike.metadata import registry
from zhike.metadata.actor import FieldAccess, Scope
from zhike.metadata.models import Role, RoleField, RoleGrant, Stamp

NONE, OWN, DEPARTMENT, BELOW, ALL = Scope
Actions = Mapping[str, Scope]

#: Records of daily work; "*" stands for every object type that a role does not name, custom ones included.
BUSINESS = ("customer", "contact", "relation", "interaction", "task", "*")
#: What the firm sells is for everybody to look up, and for few to change.
CATALOGUE = ("product", "product_category", "price_book", "price_book_entry", "bundle_part")
#: In whose name quotes are made, and how far discounts go.
OFFERING = ("seller", "discount_limit", "contract_template")
#: Who gets leads, and how they are scored.
LEAD_RULES = ("lead_rule", "lead_score_rule")
#: What people are to sell: set by who leads, seen by whom they are for.
TARGETS = ("sales_target",)
KEEP = ("view", "create", "edit", "delete", "restore")
#: What is sold, whose cost is for who leads; orders with their papers; and the money for them.
COSTED = ("order", "order_line", "return_line", "transaction")
PAPERS = ("delivery", "delivery_line", "order_return")
PAID = ("instalment", "receipt", "refund", "write_off", "invoice")


def every(scope: Scope, *actions: str) -> dict[str, Scope]:
    """The same scope for several actions."""
    return dict.fromkeys(actions, scope)


def with_company(grants: Mapping[str, Actions]) -> dict[str, Actions]:
    """What everybody has beside their work: colleagues, departments and tags to look up, and groups of their own."""
    everybody: dict[str, Actions] = {
        "user": every(ALL, "view"),
        "department": every(ALL, "view"),
        "tag": every(ALL, "view"),
        "calendar_day": every(ALL, "view"),
        "approval": every(OWN, "view"),
        "absence": every(OWN, *KEEP),
        "pool": every(ALL, "view"),
        "custody": every(ALL, "view"),
        **on(("webform", "script", "needclass", "review_policy", *LEAD_RULES), every(ALL, "view")),
        **on((*TARGETS, "forecast_adjustment"), every(OWN, "view")),
        "review_cycle": every(ALL, "view"),
        **on((*CATALOGUE, *OFFERING, "credit_policy", "ledger_entry"), every(ALL, "view")),
        "review": {**every(ALL, "view"), **every(OWN, "confirm")},
        "group": {**every(ALL, "view"), **every(OWN, "create", "edit", "delete", "restore")},
    }
    return {**everybody, **grants}


def on(objects: tuple[str, ...], actions: Actions) -> dict[str, Actions]:
    """The same actions on several object types."""
    return dict.fromkeys(objects, actions)


@dataclass(frozen=True, slots=True)
class ShippedRole:
    """A role as delivered; ``fields`` holds what differs from editing, by object key and field key."""

    key: str
    name: str
    description: str
    grants: Mapping[str, Actions]
    fields: Mapping[str, Mapping[str, FieldAccess]] = dataclass_field(default_factory=dict)
    privileges: tuple[str, ...] = ()


#: Those who sell and serve see prices, not what the firm pays.
COSTS: Mapping[str, Mapping[str, FieldAccess]] = {key: {"cost": FieldAccess.HIDDEN} for key in ("product", *COSTED)}

SALES = ShippedRole(
    key="sales",
    name=gettext_noop("Sales"),
    description=gettext_noop("Sees the department's customers; changes, deletes and hands over the own ones."),
    grants=with_company(
        on(
            (*BUSINESS, *COSTED),
            {**every(DEPARTMENT, "view", "create"), **every(OWN, "edit", "delete", "restore", "assign")},
        )
    ),
    fields=COSTS,
)

MANAGER = ShippedRole(
    key="manager",
    name=gettext_noop("Manager"),
    description=gettext_noop("Leads a department: sees and changes everything in it and in the departments below."),
    grants=with_company(
        {
            "forecast_adjustment": every(BELOW, "view", "create", "edit", "assign", "export"),
            **on((*BUSINESS, *TARGETS), every(BELOW, *KEEP, "assign", "export", "import", "merge")),
            **on(("tag", "needclass", *LEAD_RULES), every(ALL, *KEEP)),
            **on(CATALOGUE, every(ALL, *KEEP, "export", "import")),
            "approval": every(BELOW, "view"),
            "absence": every(BELOW, *KEEP, "assign"),
            "quote": every(BELOW, *KEEP, "assign", "export", "import", "approve"),
            **on(("custody", "ledger_entry"), every(ALL, "view", "export")),
            "review": every(BELOW, "view", "confirm", "export", "recheck"),
            "group": {**every(BELOW, *KEEP, "assign", "export", "import"), **every(ALL, "view")},
        }
    ),
)

SERVICE = ShippedRole(
    key="service",
    name=gettext_noop("Customer service"),
    description=gettext_noop(
        "Sees all customers and their history, writes down contacts and tasks, changes the own ones."
    ),
    grants=with_company(
        {
            **on(("customer", "contact"), {**every(ALL, "view"), **every(OWN, "edit")}),
            "relation": every(ALL, "view"),
            "interaction": {**every(ALL, "view", "create"), **every(OWN, "edit", "delete", "restore")},
            "task": {
                **every(DEPARTMENT, "view"),
                **every(ALL, "create"),
                **every(OWN, "edit", "delete", "restore", "assign"),
            },
            **on((*COSTED, *PAPERS, *PAID), every(ALL, "view")),
            "transaction": {**every(DEPARTMENT, "view", "create"), **every(OWN, "edit", "delete", "restore")},
            "*": {**every(DEPARTMENT, "view", "create"), **every(OWN, "edit", "delete", "restore")},
        }
    ),
    fields=COSTS,
)

MASKED_CONTACTS = {key: {"phones": FieldAccess.MASKED, "emails": FieldAccess.MASKED} for key in ("customer", "contact")}

MARKETING = ShippedRole(
    key="marketing",
    name=gettext_noop("Marketer"),
    description=gettext_noop(
        "Sees all customers with masked phone numbers and e-mail addresses; keeps tags and groups."
    ),
    grants=with_company(
        {
            **on(("customer", "contact", "relation", "interaction", *COSTED, "*"), every(ALL, "view")),
            "task": {**every(DEPARTMENT, "view", "create"), **every(OWN, "edit", "delete", "restore", "assign")},
            **on(("tag", "group", "webform", "script"), every(ALL, *KEEP)),
        }
    ),
    fields={**MASKED_CONTACTS, **COSTS},
)

EXECUTIVE = ShippedRole(
    key="executive",
    name=gettext_noop("Executive"),
    description=gettext_noop("Sees and exports everything, changes nothing."),
    grants=with_company(
        on(
            (
                *BUSINESS,
                *CATALOGUE,
                *TARGETS,
                "forecast_adjustment",
                "tag",
                "group",
                "user",
                "department",
                "approval",
                "absence",
                "custody",
                "review_cycle",
                "review",
            ),
            every(ALL, "view", "export"),
        )
    ),
)

CUSTODIAN = ShippedRole(
    key="custodian",
    name=gettext_noop("Archive custodian"),
    description=gettext_noop("Keeps the customer archive: imports, exports, merges, corrects and finally removes."),
    grants=with_company(
        {
            **on(
                (
                    *BUSINESS,
                    *CATALOGUE,
                    *OFFERING,
                    *TARGETS,
                    "tag",
                    "group",
                    "pool",
                    "webform",
                    "script",
                    "needclass",
                    "review_policy",
                ),
                every(ALL, *KEEP, "assign", "purge", "export", "import", "merge"),
            ),
            "review": every(ALL, "view", "confirm", "export", "recheck"),
            "forecast_adjustment": every(ALL, "view", "create", "edit", "assign", "export"),
            **on(("review_cycle", "ledger_entry"), every(ALL, "view", "export")),
            "credit_policy": every(ALL, *KEEP),
        }
    ),
)

ADMIN = ShippedRole(
    key="admin",
    name=gettext_noop("System administrator"),
    description=gettext_noop("Sets the system up: people, departments, roles, fields. Sees no customer data."),
    grants={
        **on(
            (
                "user",
                "department",
                *CATALOGUE,
                *OFFERING,
                "calendar_day",
                "pool",
                "webform",
                "script",
                "needclass",
                "review_policy",
                *LEAD_RULES,
            ),
            every(ALL, *KEEP, "export", "import"),
        ),
        "approval": every(OWN, "view"),
        "absence": every(ALL, *KEEP, "assign"),
    },
    privileges=("settings", "users", "roles", "audit"),
)

SHIPPED = (SALES, MANAGER, SERVICE, MARKETING, EXECUTIVE, CUSTODIAN, ADMIN)


def add_missing_roles(**_signal: Any) -> None:
    """Add shipped roles that are not there, and to those that are only what concerns object types new to them.

    An administrator who takes a right away leaves a row that says so, hence "no row at all" means "never shipped".
    Runs after each migration.
    """
    with transaction.atomic():
        added = [add_missing_role(shipped, order) for order, shipped in enumerate(SHIPPED, start=1)]
        if any(added):
            registry.touch(Stamp.RIGHTS)


def add_missing_role(shipped: ShippedRole, order: int) -> bool:
    """Add one role or its missing parts; whether anything was."""
    role, is_new = Role.objects.get_or_create(
        key=shipped.key,
        defaults={
            "name": shipped.name,
            "description": shipped.description,
            "privileges": list(shipped.privileges),
            "is_shipped": True,
            "order": order,
        },
    )
    if not role.is_shipped:
        return False
    known = set(role.grants.values_list("object_key", flat=True).distinct())
    fresh = {key: actions for key, actions in shipped.grants.items() if key not in known}
    RoleGrant.objects.bulk_create(
        RoleGrant(role=role, object_key=key, action=action, scope=scope)
        for key, actions in fresh.items()
        for action, scope in actions.items()
    )
    RoleField.objects.bulk_create(
        RoleField(role=role, object_key=key, field_key=field, access=access)
        for key, rules in shipped.fields.items()
        if key in fresh
        for field, access in rules.items()
    )
    return is_new or bool(fresh)
