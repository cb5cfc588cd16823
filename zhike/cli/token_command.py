"""``zhike token``: makes a token for a program and prints it alone, so that a script can take it."""

from __future__ import annotations

import argparse
from datetime import timedelta

from django.utils import timezone

from zhike.accounts.tokens import token_create
from zhike.cli.language import _
from zhike.cli.user_command import find
from zhike.metadata.actor import SYSTEM


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whose token, and what it may do."""
    parser.add_argument("username", help=_("the person as whom the program acts"))
    parser.add_argument("--name", default="zhike token", help=_("what the token is for"))
    parser.add_argument(
        "--scope",
        action="append",
        default=[],
        help=_("what it may do: *, *:read, customer:write …; repeatable (default: all that the person may)"),
    )
    parser.add_argument("--days", type=int, help=_("days until it ends (default: never)"))


def run(options: argparse.Namespace) -> int:
    """Print the token and nothing else."""
    ends = timezone.now() + timedelta(days=options.days) if options.days else None
    user = find(options.username)
    _token, text = token_create(user, name=options.name, scopes=options.scope or ["*"], actor=SYSTEM, expires_at=ends)
    print(text)
    return 0
