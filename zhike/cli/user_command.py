"""``zhike user``: makes accounts, sets passwords, ends and restores access; for the first administrator and for emergencies."""

from __future__ import annotations

import argparse
import getpass
import secrets
import string
import sys

from zhike.accounts import people
from zhike.accounts.models import Department, User
from zhike.cli.command import CommandFailed
from zhike.cli.language import _
from zhike.metadata.actor import SYSTEM

#: Without letters and digits that look alike.
ALPHABET = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI5S")))
GENERATED_LENGTH = 16


def arguments(parser: argparse.ArgumentParser) -> None:
    """One action, and whom it is about."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser("create", help=_("make an account"))
    create.add_argument("--name", help=_("the person's name (the user name)"))
    create.add_argument("--role", action="append", default=[], help=_("key of a role, for example admin; repeatable"))
    create.add_argument("--department", help=_("name of the home department"))
    password = actions.add_parser("password", help=_("set a password and end the person's sessions"))
    for reader in (create, password):
        reader.add_argument("--password-stdin", action="store_true", help=_("read the password from standard input"))
        reader.add_argument("--generate", action="store_true", help=_("make up a password and print it"))
    disable = actions.add_parser("disable", help=_("end a person's access at once"))
    enable = actions.add_parser("enable", help=_("let a person sign in again"))
    for action in (create, password, disable, enable):
        action.add_argument("username", help=_("user name"))


def run(options: argparse.Namespace) -> int:
    """Do it in the name of the system."""
    if options.action == "create":
        create(options)
        return 0
    user = find(options.username)
    if options.action == "password":
        password = chosen_password(options)
        people.password_set(user.pk, password, actor=SYSTEM)
        print(_("The password of {name} is set; their sessions have ended.").format(name=user.username))
        show(password, options)
    elif options.action == "disable":
        people.user_disable(user.pk, actor=SYSTEM)
        print(_("{name} cannot sign in any more.").format(name=user.username))
    else:
        people.user_enable(user.pk, actor=SYSTEM)
        print(_("{name} can sign in again.").format(name=user.username))
    return 0


def create(options: argparse.Namespace) -> None:
    """Make the account; its password must be changed at the first sign-in."""
    password = chosen_password(options)
    user = people.user_create(
        username=options.username,
        name=options.name or options.username,
        password=password,
        roles=options.role,
        department=department(options.department),
        actor=SYSTEM,
    )
    print(_("{name} can sign in now.").format(name=user.username))
    show(password, options)


def find(username: str) -> User:
    """The account, however its name was typed."""
    user = User.objects.filter(username=User.normalize_username(username), deletion=None).first()
    if user is None:
        raise CommandFailed(_("There is nobody called {name}.").format(name=username))
    return user


def department(name: str | None) -> int | None:
    """Id of the one department with this name."""
    if not name:
        return None
    found = list(Department.objects.filter(name=name, deletion=None).values_list("pk", flat=True)[:2])
    if len(found) != 1:
        raise CommandFailed(_("There is not exactly one department called {name}.").format(name=name))
    return found[0]


def chosen_password(options: argparse.Namespace) -> str:
    """From standard input, made up, or asked for twice; never from the arguments, which every user of the machine can read."""
    if options.generate:
        return "".join(secrets.choice(ALPHABET) for _place in range(GENERATED_LENGTH))
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise CommandFailed(_("Say --generate or --password-stdin: there is no terminal to ask in."))
    password = getpass.getpass(_("Password: "))
    if password != getpass.getpass(_("Once more: ")):
        raise CommandFailed(_("The two passwords differ."))
    return password


def show(password: str, options: argparse.Namespace) -> None:
    """Print a password that was made up, for nobody knows it yet."""
    if options.generate:
        print(_("Password: {password}").format(password=password))
