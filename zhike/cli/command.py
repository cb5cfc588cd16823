"""What a subcommand of ``zhike`` is, and how it says that it cannot go on."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class CommandFailed(Exception):
    """A subcommand cannot do what was asked; the text is shown and the exit code is 1."""


class Subcommand(Protocol):
    """A module ``zhike.cli.<name>_command``."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""
        ...

    def run(self, options: argparse.Namespace) -> int:
        """Do it and return the exit code. Django is set up."""
        ...


@dataclass(frozen=True)
class Entry:
    """One line of ``zhike --help``."""

    name: str
    #: An English message, translated when it is shown.
    summary: str


def find(entries: Sequence[Entry], name: str) -> Entry | None:
    """The entry called ``name``."""
    return next((entry for entry in entries if entry.name == name), None)
