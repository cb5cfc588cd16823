"""Where objects live on the web, for those who draw links without knowing the registry."""

from __future__ import annotations

from collections.abc import Mapping

_slugs: dict[str, str] = {}


def learn(slugs: Mapping[str, str]) -> None:
    """Take over {object key: slug}; the registry calls it whenever its catalogue changes."""
    _slugs.update(slugs)


def slug(object_key: str) -> str:
    """The address part of an object; an object that names none has its key in the plural."""
    return _slugs.get(object_key, f"{object_key}s")


def list_url(object_key: str) -> str:
    return f"/o/{slug(object_key)}/"


def record_url(object_key: str, record_id: int) -> str:
    return f"/o/{slug(object_key)}/{record_id}/"


def picker_url(object_key: str) -> str:
    """Answers a few characters with records to choose from."""
    return f"/o/{slug(object_key)}/pick/"
