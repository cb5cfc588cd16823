"""Untranslated, left-over and contradictory messages are found in code and templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import messages

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package ``zhike`` with nothing in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zhike").mkdir()
    return tmp_path / "zhike"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def translate(package: Path, app: str, entries: str) -> None:
    write(package / app / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po", f"{HEADER}\n{entries}\n")


def test_an_untranslated_string_is_named_with_its_place(package: Path) -> None:
    write(package / "web" / "pages.py", '\ntitle = _("Customers")\n')

    assert messages.problems() == ["zhike/web/pages.py:2: no Chinese for 'Customers'"]


def test_templates_are_read_too(package: Path) -> None:
    write(
        package / "web" / "templates" / "page.html",
        '<h1>{% translate "Tasks" %}</h1>\n{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days'
        '{% endblocktranslate %}{% translate "May" context "month" %}{{ _("Save") }}',
    )

    found = {(use.context, use.singular, use.plural) for use in messages.uses()}

    assert found == {
        (None, "Tasks", None),
        (None, "%(n)s day", "%(n)s days"),
        ("month", "May", None),
        (None, "Save", None),
    }


def test_a_translated_string_is_no_problem(package: Path) -> None:
    write(package / "web" / "pages.py", 'title = _("Customers")\n')
    translate(package, "web", 'msgid "Customers"\nmsgstr "客户"')

    assert messages.problems() == []


def test_left_over_empty_and_contradictory_entries_are_found(package: Path) -> None:
    write(package / "web" / "pages.py", 'a, b = _("Open"), _("Close")\n')
    translate(package, "web", 'msgid "Open"\nmsgstr "打开"\n\nmsgid "Close"\nmsgstr ""\n\nmsgid "Gone"\nmsgstr "没了"')
    translate(package, "api", 'msgid "Open"\nmsgstr "未完成"')

    found = "\n".join(messages.problems())

    assert "left over: 'Gone'" in found
    assert "not translated: 'Close'" in found
    assert "two translations of 'Open'" in found


def test_a_translation_must_not_take_in_values_that_are_not_there(package: Path) -> None:
    write(package / "web" / "pages.py", 'a = _("{count} customers")\n')
    translate(package, "web", 'msgid "{count} customers"\nmsgstr "{number} 位客户"')

    assert "no value for number" in messages.problems()[0]


def test_missing_entries_go_to_the_catalogue_of_their_package(package: Path) -> None:
    write(package / "domain" / "customers" / "objects" / "tag.py", 'a = _("Tag")\n')
    write(package / "web" / "views" / "page.py", 'a = _("Page")\n')

    messages.add_missing()

    assert (package / "domain" / "customers" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po").exists()
    assert 'msgid "Page"' in (package / "web" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po").read_text("utf-8")
