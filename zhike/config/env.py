"""Typed readers of the environment: every setting is read here, and a bad value is refused with its name."""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

SECRET_BYTES = 48
SHORTEST_SECRET = 32
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


class BadSetting(ValueError):
    """An environment variable holds a value that cannot be used; ``name`` is the variable."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


@dataclass(frozen=True)
class PostgresAddress:
    """Where the PostgreSQL database lives, as DATABASE_URL says."""

    name: str
    user: str
    password: str
    host: str
    port: str
    options: Mapping[str, str]


@dataclass(frozen=True)
class Environment:
    """All settings that come from outside, read and checked once."""

    data_dir: Path
    host: str
    port: int
    public_url: str
    database: PostgresAddress | None
    secret_key: str

    @property
    def is_loopback(self) -> bool:
        """Whether the server can be reached from this machine only."""
        return is_loopback(self.host)

    @property
    def is_https(self) -> bool:
        """Whether people come in through https, so that cookies may insist on it."""
        return self.public_url.startswith("https://")

    @property
    def allowed_hosts(self) -> list[str]:
        """Host headers that are answered: this machine, the bound address, and the public address."""
        hosts = list(LOOPBACK_NAMES)
        if not is_wildcard(self.host):
            hosts.append(self.host)
        if self.public_url:
            hosts.append(urlsplit(self.public_url).hostname or "")
        return list(dict.fromkeys(hosts))


def is_loopback(host: str) -> bool:
    """Whether an address or name stands for this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_wildcard(host: str) -> bool:
    """Whether an address means "every network card"."""
    return host in {"0.0.0.0", "::", "[::]"}  # noqa: S104 - compared with, not bound to


def text(name: str, default: str = "", *, environ: Mapping[str, str] = os.environ) -> str:
    """Value of ``name``, or the contents of the file that ``<name>_FILE`` names; both at once are refused."""
    value, file = environ.get(name, ""), environ.get(f"{name}_FILE", "")
    if value and file:
        raise BadSetting(name, f"set either {name} or {name}_FILE, not both")
    if not file:
        return value.strip() or default
    try:
        return Path(file).read_text("utf-8").strip() or default
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{name}_FILE", f"cannot read {file}: {error}") from error


def port(name: str, default: int, *, environ: Mapping[str, str] = os.environ) -> int:
    """A TCP port, 1 to 65535."""
    value = text(name, str(default), environ=environ)
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise BadSetting(name, f"{value!r} is not a port from 1 to 65535")
    return int(value)


def host(name: str, default: str, *, environ: Mapping[str, str] = os.environ) -> str:
    """An address of a network card, or ``localhost``."""
    value = text(name, default, environ=environ)
    try:
        ipaddress.ip_address(value.strip("[]"))
    except ValueError as error:
        if value != "localhost":
            raise BadSetting(name, f"{value!r} is neither an IP address nor localhost") from error
    return value


def public_url(name: str, *, environ: Mapping[str, str] = os.environ) -> str:
    """The address that people type, as ``https://crm.example.cn``; empty when it is the bound address."""
    value = text(name, environ=environ).rstrip("/")
    if not value:
        return ""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise BadSetting(name, f"{value!r} is not an address such as https://crm.example.cn")
    return value


def data_dir(name: str, *, environ: Mapping[str, str] = os.environ) -> Path:
    """The directory for the database, files and the secret key; made, readable by its owner only, if it is missing."""
    path = Path(text(name, "data", environ=environ)).expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(name, f"cannot make the directory {path}: {error}") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise BadSetting(name, f"the directory {path} is not writable")
    return path


def postgres(name: str, *, environ: Mapping[str, str] = os.environ) -> PostgresAddress | None:
    """Parse ``postgresql://user:password@host:port/name?option=value``; None when it is not set."""
    value = text(name, environ=environ)
    if not value:
        return None
    try:
        parts = urlsplit(value)
        number = parts.port
    except ValueError as error:
        raise BadSetting(name, f"is not a database address: {error}") from error
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadSetting(name, "must begin with postgresql:// (SQLite is used when it is not set)")
    database = unquote(parts.path.lstrip("/"))
    if not database:
        raise BadSetting(name, "names no database: postgresql://user:password@host:5432/NAME")
    options = dict(parse_qsl(parts.query))
    # A directory of a socket cannot stand before the path, so libpq takes it as an option.
    socket = options.pop("host", "")
    return PostgresAddress(
        name=database,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=unquote(parts.hostname or "") or socket,
        port=str(number or ""),
        options=options,
    )


def secret_key(name: str, directory: Path, *, environ: Mapping[str, str] = os.environ) -> str:
    """The signing key: from the environment, else from ``secret_key`` in the data directory, made at first use."""
    value = text(name, environ=environ)
    if value:
        if len(value) < SHORTEST_SECRET:
            raise BadSetting(name, f"has {len(value)} characters, {SHORTEST_SECRET} are needed")
        return value
    return kept_secret(directory / "secret_key")


def kept_secret(path: Path) -> str:
    """Read the secret kept at ``path``; several processes may start at once, and the first one's key stands."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            return path.read_text("ascii").strip()
        finally:
            fresh.unlink()
    return path.read_text("ascii").strip()


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """Read every setting; the first bad one raises BadSetting."""
    directory = data_dir("ZHIKE_DATA_DIR", environ=environ)
    return Environment(
        data_dir=directory,
        host=host("ZHIKE_HOST", "127.0.0.1", environ=environ),
        port=port("ZHIKE_PORT", 8000, environ=environ),
        public_url=public_url("ZHIKE_URL", environ=environ),
        database=postgres("DATABASE_URL", environ=environ),
        secret_key=secret_key("ZHIKE_SECRET_KEY", directory, environ=environ),
    )
