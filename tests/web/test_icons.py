"""Every icon that the product names is in the sprite, and nothing in it lies unused for ever."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zhike.metadata import registry
from zhike.metadata.fields import FIELD_TYPES
from zhike.web.templatetags.icons import icon

ROOT = Path(__file__).resolve().parents[2]
SPRITE = ROOT / "zhike/web/static/icons/sprite.svg"
IN_TEMPLATES = re.compile(r"\{% icon ['\"]([\w-]+)['\"]")


def drawn() -> set[str]:
    return set(re.findall(r'<symbol id="([\w-]+)"', SPRITE.read_text(encoding="utf-8")))


def test_the_sprite_is_built_from_the_list() -> None:
    assert drawn() == set((ROOT / "scripts/icons.txt").read_text(encoding="utf-8").split())


def test_icons_of_templates_are_drawn() -> None:
    templates = (ROOT / "zhike/web/templates").rglob("*.html")
    named = {name for path in templates for name in IN_TEMPLATES.findall(path.read_text(encoding="utf-8"))}
    assert named - drawn() == set()


@pytest.mark.django_db
def test_icons_of_objects_actions_and_fields_are_drawn() -> None:
    named = {object_type.icon for object_type in registry.all_types()}
    named |= {action.icon for object_type in registry.all_types() for action in object_type.actions.values()}
    named |= {kind.icon for kind in FIELD_TYPES.values()}
    assert named - drawn() == set()


def test_an_icon_is_decorative_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in icon("bell")
    assert 'role="img" aria-label="&lt;3&gt;"' in icon("bell", "<3>")
