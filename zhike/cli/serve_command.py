"""``zhike serve``: prepares what is stale, then hands over to the server and a worker."""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
from pathlib import Path

from django.db import connections
from django.utils import timezone

from zhike.accounts.models import User
from zhike.cli import demo, demo_command, migrate_command
from zhike.cli.command import CommandFailed
from zhike.cli.language import _
from zhike.config import env
from zhike.config.static_files import collect_stale

ROOT = Path(__file__).resolve().parent.parent.parent
THREADS = 4
MOST_WORKERS = 8


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen and with how many processes."""
    parser.add_argument("--host", help=_("address to listen on (ZHIKE_HOST, 127.0.0.1)"))
    parser.add_argument("--port", help=_("port to listen on (ZHIKE_PORT, 8000)"))
    parser.add_argument("--workers", type=int, default=default_workers(), help=_("server processes"))
    parser.add_argument("--no-worker", action="store_true", help=_("start no worker for background jobs"))
    parser.add_argument("--migrate", action="store_true", help=_("bring the database up to date first"))
    parser.add_argument("--demo", action="store_true", help=_("load the demo business into an empty database first"))


def default_workers() -> int:
    """One server process a core, at least two so that one slow page does not stop the house."""
    return min(max(os.cpu_count() or 1, 2), MOST_WORKERS)


def run(options: argparse.Namespace) -> int:
    """Prepare, check, and become the supervisor."""
    for name, value in (("ZHIKE_HOST", options.host), ("ZHIKE_PORT", options.port)):
        if value:
            os.environ[name] = value
    environment = env.read()
    if options.migrate:
        migrate_command.apply()
    elif migrate_command.pending():
        raise CommandFailed(_("The database is not up to date: run zhike migrate first, or serve --migrate."))
    if options.demo and demo.is_empty():
        load_demo()
    refuse_open_demo(environment)
    refuse_unnamed_address(environment)
    refuse_taken_port(environment)
    collect_stale()
    hand_over(environment, workers=options.workers, with_worker=not options.no_worker)
    return 0


def load_demo() -> None:
    """Load the demo business, whole or not at all."""
    print(_("Loading the demo business …"), flush=True)
    display = demo_command.Display()
    demo.load_demo(today=timezone.localdate(), report=display)
    display.end()


def refuse_open_demo(environment: env.Environment) -> None:
    """Demo people have public passwords, so only this machine may reach them."""
    if not environment.is_loopback and User.objects.filter(is_demo=True).exists():
        raise CommandFailed(
            _("ZHIKE_HOST: this database has demo people with public passwords and listens on 127.0.0.1 only.")
        )


def refuse_unnamed_address(environment: env.Environment) -> None:
    """Links in messages and the check of the Host header need a name that people use."""
    if env.is_wildcard(environment.host) and not environment.public_url:
        raise CommandFailed(_("ZHIKE_URL: say under which address people come in, for example https://crm.example.cn."))


def refuse_taken_port(environment: env.Environment) -> None:
    """The server would share a port silently with another one (SO_REUSEPORT)."""
    family = socket.AF_INET6 if ":" in environment.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((environment.host.strip("[]"), environment.port))
        except OSError as error:
            raise CommandFailed(
                _("ZHIKE_PORT: {host}:{port} is taken ({reason}).").format(
                    host=environment.host, port=environment.port, reason=error.strerror
                )
            ) from error


def hand_over(environment: env.Environment, *, workers: int, with_worker: bool) -> None:
    """Replace this process by the supervisor, which loads what is to be shared and nothing else; does not return."""
    lines = demo_command.people_lines() if User.objects.filter(is_demo=True).exists() else []
    lines.append(_("zhike answers at {address} (Ctrl-C stops it)").format(address=address(environment)))
    connections.close_all()
    listen = environment.host.strip("[]")
    plan = {
        "listen": listen,
        "host": "127.0.0.1" if env.is_wildcard(environment.host) else listen,
        "port": environment.port,
        "processes": workers,
        "threads": THREADS,
        "worker": with_worker,
        "greeting": "\n".join(lines),
    }
    # Threads that share two heaps hold far less than threads with one each.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "zhike.cli.supervisor", json.dumps(plan)])  # noqa: S606


def address(environment: env.Environment) -> str:
    """What people type into the browser."""
    return environment.public_url or f"http://{environment.host}:{environment.port}"
