"""The ``zhike`` command: finds the subcommand, reads the settings, runs it, and turns failures into one line."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import cast

import django
from django.db import OperationalError
from django.utils import translation

from zhike import __version__
from zhike.cli.command import CommandFailed, Entry, Subcommand, find
from zhike.cli.language import _, language
from zhike.config import messages, sqlite
from zhike.config.env import BadSetting
from zhike.metadata.errors import BadQuery, Denied, Invalid

BAD_USAGE = 2


def entries() -> list[Entry]:
    """All subcommands, in the order of a first day with the product."""
    return [
        Entry("serve", _("start the server, and a worker with it")),
        Entry("worker", _("start a worker for background jobs")),
        Entry("demo", _("fill an empty database with a demo business")),
        Entry("migrate", _("bring the database up to date")),
        Entry("user", _("make accounts, set passwords, end access")),
        Entry("token", _("make a token for a program and print it")),
        Entry("import", _("take a spreadsheet in")),
        Entry("export", _("write a list into a spreadsheet")),
        Entry("backup", _("write database and files into one archive")),
        Entry("restore", _("bring database and files back from an archive")),
        Entry("doctor", _("say what is wrong with this installation and how to mend it")),
    ]


def overview() -> str:
    """The text of ``zhike --help``."""
    lines = [f"  {entry.name:<10}{entry.summary}" for entry in entries()]
    return "\n".join([_("usage: zhike COMMAND [options]"), "", *lines, "", _("zhike COMMAND --help explains one.")])


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand and return the exit code: 0 done, 1 failed, 2 wrongly asked."""
    # What we write is for this user of the machine alone.
    os.umask(0o077)
    messages.compile_stale()
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(overview())
        return 0 if arguments else BAD_USAGE
    if arguments[0] == "--version":
        print(__version__)
        return 0
    entry = find(entries(), arguments[0])
    if entry is None:
        print(_("There is no command {name}.").format(name=arguments[0]), overview(), sep="\n\n", file=sys.stderr)
        return BAD_USAGE
    return run(entry, arguments[1:])


def run(entry: Entry, arguments: Sequence[str]) -> int:
    """Set Django up and run the subcommand's module."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
    try:
        django.setup()
        translation.activate("zh-hans" if language() == "zh_Hans" else "en")
        module = cast(Subcommand, importlib.import_module(f"zhike.cli.{entry.name}_command"))
        parser = argparse.ArgumentParser(prog=f"zhike {entry.name}", description=entry.summary)
        module.arguments(parser)
        return module.run(parser.parse_args(arguments))
    except BadSetting as error:
        print(error, file=sys.stderr)
        return BAD_USAGE
    except (CommandFailed, sqlite.UnsoundSqlite) as error:
        print(error, file=sys.stderr)
        return 1
    except Invalid as error:
        print(*explained(error), sep="\n", file=sys.stderr)
        return 1
    except BadQuery as error:
        print(f"{error.field}: {error.message}" if error.field else error.message, file=sys.stderr)
        return 1
    except Denied as error:
        print(_("This is not allowed: {action}").format(action=error), file=sys.stderr)
        return 1
    except OperationalError as error:
        print(_("The database does not answer: {error}").format(error=error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def explained(error: Invalid) -> list[str]:
    """What is wrong with the values, one line each, with the field's key in front."""
    return [
        f"{key}: {problem.message}" if key else str(problem.message)
        for key, problems in error.problems.items()
        for problem in problems
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
