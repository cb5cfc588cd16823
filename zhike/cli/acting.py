"""Whose rights a command works with, and what it works on."""

from __future__ import annotations

import argparse

from zhike.accounts.actors import actor_for
from zhike.cli.command import CommandFailed
from zhike.cli.language import _
from zhike.cli.user_command import find
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.object_type import ObjectType, UnknownObject


def add_actor(parser: argparse.ArgumentParser) -> None:
    """The option that says as whom a command works."""
    parser.add_argument("--as", dest="username", required=True, help=_("the person with whose rights it works"))


def acting(username: str) -> Actor:
    """The person as an actor; raises CommandFailed for one who may not sign in."""
    actor = actor_for(find(username))
    if actor is None:
        raise CommandFailed(_("{name} may not sign in.").format(name=username))
    return actor


def object_named(name: str) -> ObjectType:
    """The object type with this address (customers) or key (customer)."""
    try:
        return registry.by_slug(name)
    except UnknownObject:
        pass
    try:
        return registry.get(name)
    except UnknownObject as error:
        known = ", ".join(sorted(found.slug for found in registry.catalogue().values()))
        raise CommandFailed(
            _("There is no object {name}; there are {known}.").format(name=name, known=known)
        ) from error
