"""What each shipped role may do, written down by hand: the oracle of the matrix, independent of the code that decides.

Per object and role: action → the relations for which it is allowed. Relations are ``own`` (the actor owns the record),
``team`` (a colleague of the same department does) and ``other`` (another department does). A role without the action at
all is answered 403; one that has it, but not for this record, 404.
"""

from __future__ import annotations

from collections.abc import Mapping

Allowed = Mapping[str, frozenset[str]]

OWN = frozenset({"own"})
TEAM = frozenset({"own", "team"})
ALL = frozenset({"own", "team", "other"})
ACTIONS = ("view", "create", "edit", "delete", "restore", "assign", "purge", "export", "import")

#: Who is turned away before any rule is looked at.
NOBODIES = ("anonymous", "expired", "disabled")
ROLES = ("bob", "alice", "sara", "max", "eve", "clara", "adam", "mallory")


def rights(**allowed: frozenset[str]) -> Allowed:
    return allowed


def keep(relations: frozenset[str]) -> dict[str, frozenset[str]]:
    return dict.fromkeys(("edit", "delete", "restore"), relations)


SALES = rights(view=TEAM, create=TEAM, assign=OWN, **keep(OWN))
MANAGER = rights(view=TEAM, create=TEAM, assign=TEAM, export=TEAM, **keep(TEAM), **{"import": TEAM})
EXECUTIVE = rights(view=ALL, export=ALL)
CUSTODIAN = rights(view=ALL, create=ALL, assign=ALL, purge=ALL, export=ALL, **keep(ALL), **{"import": ALL})
NOTHING = rights()

EXPECTED: dict[str, dict[str, Allowed]] = {
    "customer": {
        "bob": SALES,
        "alice": MANAGER,
        "sara": rights(view=ALL, edit=OWN),
        "max": rights(view=ALL),
        "eve": EXECUTIVE,
        "clara": CUSTODIAN,
        "adam": NOTHING,
        "mallory": NOTHING,
    },
    # The relation is that of its customer; the contact itself belongs to whoever owns the customer.
    "contact": {
        "bob": SALES,
        "alice": MANAGER,
        "sara": rights(view=ALL, edit=OWN),
        "max": rights(view=ALL),
        "eve": EXECUTIVE,
        "clara": CUSTODIAN,
        "adam": NOTHING,
        "mallory": NOTHING,
    },
    "task": {
        "bob": SALES,
        "alice": MANAGER,
        "sara": rights(view=TEAM, create=ALL, assign=OWN, **keep(OWN)),
        "max": rights(view=TEAM, create=TEAM, assign=OWN, **keep(OWN)),
        "eve": EXECUTIVE,
        "clara": CUSTODIAN,
        "adam": NOTHING,
        "mallory": NOTHING,
    },
    # Both follow their customer as contacts do; customer service writes conversations down, but relates nobody.
    "interaction": {
        "bob": SALES,
        "alice": MANAGER,
        "sara": rights(view=ALL, create=ALL, **keep(OWN)),
        "max": rights(view=ALL),
        "eve": EXECUTIVE,
        "clara": CUSTODIAN,
        "adam": NOTHING,
        "mallory": NOTHING,
    },
    "relation": {
        "bob": SALES,
        "alice": MANAGER,
        "sara": rights(view=ALL),
        "max": rights(view=ALL),
        "eve": EXECUTIVE,
        "clara": CUSTODIAN,
        "adam": NOTHING,
        "mallory": NOTHING,
    },
    # A custom object that no role names follows "*".
    "x_vehicle": {
        "bob": SALES,
        "alice": MANAGER,
        "sara": rights(view=TEAM, create=TEAM, **keep(OWN)),
        "max": rights(view=ALL),
        "eve": EXECUTIVE,
        "clara": CUSTODIAN,
        "adam": NOTHING,
        "mallory": NOTHING,
    },
}

EVERY = tuple(EXPECTED)

#: Who may write down a contact with a customer: creates interactions.
MAY_WRITE_DOWN = frozenset({"bob", "alice", "sara", "clara"})
