"""What each shipped role may do, written down by hand: the oracle of the matrix, independent of the code that decides.

Per object and role: action → the relations for which it is allowed. Relations are ``own`` (the actor owns the record),
``team`` (a colleague of the same department does) and ``other`` (another department does). A role without the action at
all is answered 403; one that has it, but not for this record, 404.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.db import connection

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


# Who is asked on which database -----------------------------------------------------------------------------------

#: The widest rights come first, then none, so that few roles show every reach of every action.
BY_REACH = ("clara", "mallory", "alice", "bob", "sara", "max", "eve", "adam")


def asked(object_key: str, roles: Iterable[str] = (*ROLES, *NOBODIES)) -> list[str]:
    """Everybody on SQLite. On PostgreSQL those whose reach makes a condition of SQL that none before them made.

    What roles have beside it is decided before the database is asked, and proven on SQLite; likewise that nobody gets in
    without an account, which PostgreSQL is asked about one object.
    """
    if connection.vendor != "postgresql":
        return list(roles)
    telling = {*telling_roles(EXPECTED[object_key]), *(NOBODIES if object_key == "customer" else ())}
    return [role for role in roles if role in telling]


def telling_roles(rights_by_role: Mapping[str, Allowed]) -> Iterator[str]:
    """Roles of which each has an action within a reach that no other before it has; no reach at all is one too."""
    shown: set[tuple[str, frozenset[str] | None]] = set()
    for role in BY_REACH:
        reaches = {(action, rights_by_role[role].get(action)) for action in ACTIONS}
        if reaches - shown:
            yield role
        shown |= reaches


def matrix_cases(roles: Iterable[str] = ROLES) -> list[tuple[str, str]]:
    """(role, object key) of every part of the matrix that the database at hand is asked."""
    wanted = tuple(roles)
    return [(role, key) for key in sorted(EXPECTED) for role in asked(key, wanted)]
