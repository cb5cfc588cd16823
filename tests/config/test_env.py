"""Good values are read, bad ones refused with the name of their variable."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from zhike.config import env


def read(tmp_path: Path, **variables: str) -> env.Environment:
    return env.read({"ZHIKE_DATA_DIR": str(tmp_path / "data"), **variables})


def test_everything_has_a_default_but_nothing_leaves_the_machine(tmp_path: Path) -> None:
    found = read(tmp_path)

    assert (found.host, found.port, found.database, found.is_loopback) == ("127.0.0.1", 8000, None, True)
    assert "*" not in found.allowed_hosts


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZHIKE_PORT", "0"),
        ("ZHIKE_PORT", "65536"),
        ("ZHIKE_PORT", "８０００"),
        ("ZHIKE_PORT", "http"),
        ("ZHIKE_HOST", "crm.example.cn"),
        ("ZHIKE_HOST", "1.2.3"),
        ("ZHIKE_URL", "crm.example.cn"),
        ("ZHIKE_URL", "https://crm.example.cn/zhike"),
        ("DATABASE_URL", "mysql://root@localhost/crm"),
        ("DATABASE_URL", "postgresql://localhost"),
        ("DATABASE_URL", "postgresql://localhost:port/crm"),
        ("ZHIKE_SECRET_KEY", "short"),
        ("ZHIKE_DATA_DIR", "/proc/nowhere"),
    ],
)
def test_a_bad_value_is_refused_with_its_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(env.BadSetting) as refusal:
        read(tmp_path, **{name: value})

    assert refusal.value.name == name
    assert str(refusal.value).startswith(name)


def test_a_value_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "port"
    file.write_text("8123\n", "utf-8")

    assert read(tmp_path, ZHIKE_PORT_FILE=str(file)).port == 8123


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(env.BadSetting, match="DATABASE_URL_FILE"):
        read(tmp_path, DATABASE_URL_FILE=str(tmp_path / "nothing"))


def test_a_value_and_its_file_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(env.BadSetting, match="ZHIKE_PORT"):
        read(tmp_path, ZHIKE_PORT="8123", ZHIKE_PORT_FILE=str(tmp_path))


def test_a_database_address_is_taken_apart(tmp_path: Path) -> None:
    address = read(tmp_path, DATABASE_URL="postgresql://a%40b:p%2Fw@db.local:6432/crm?sslmode=require").database

    assert address == env.PostgresAddress("crm", "a@b", "p/w", "db.local", "6432", {"sslmode": "require"})


def test_a_socket_directory_is_the_host(tmp_path: Path) -> None:
    address = read(tmp_path, DATABASE_URL="postgresql://postgres:@/crm?host=/run/pg").database

    assert address is not None
    assert (address.host, address.options) == ("/run/pg", {})


def test_the_secret_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)
    kept = tmp_path / "data" / "secret_key"

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= env.SHORTEST_SECRET
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret_key"]


def test_a_public_address_is_answered_and_insists_on_https(tmp_path: Path) -> None:
    found = read(tmp_path, ZHIKE_URL="https://crm.example.cn", ZHIKE_HOST="0.0.0.0")

    assert "crm.example.cn" in found.allowed_hosts
    assert "0.0.0.0" not in found.allowed_hosts
    assert found.is_https
    assert not found.is_loopback
