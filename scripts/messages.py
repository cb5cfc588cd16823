"""Holds the Chinese translations complete: every string in code and templates has one entry, and none is left over.

``python -m scripts.messages`` reports; ``--add`` writes empty entries for what is missing, to be filled in.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path("zhike")
LANGUAGE = "zh_Hans"
#: Function name → positions of context, singular and plural among its arguments (None where it has no such thing).
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
}
TEMPLATE_CALL = re.compile(r"\b(_|n?p?gettext)\(((?:\s*u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\s*,?)+)", re.DOTALL)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)[^}]*\}")


@dataclass(frozen=True)
class Use:
    """One string that is shown, and where it stands."""

    context: str | None
    singular: str
    plural: str | None
    file: Path
    line: int

    @property
    def key(self) -> tuple[str | None, str]:
        """What identifies a message in a catalogue."""
        return (self.context, self.singular)


def literals(nodes: list[ast.expr]) -> list[str | None]:
    """The arguments that are plain strings; None for others."""
    return [node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None for node in nodes]


def use_of_call(name: str, arguments: list[str | None], file: Path, line: int) -> Use | None:
    """The message that a call translates, if its arguments are literal."""
    context_at, singular_at, plural_at = CALLS[name]
    if len(arguments) <= max(singular_at, plural_at or 0):
        return None
    singular = arguments[singular_at]
    if not singular:
        return None
    context = arguments[context_at] if context_at is not None else None
    return Use(context, singular, arguments[plural_at] if plural_at is not None else None, file, line)


def uses_in_python(file: Path) -> Iterator[Use]:
    """Messages of a module."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in CALLS and (use := use_of_call(name, literals(node.args), file, node.lineno)):
            yield use


def uses_in_template(file: Path) -> Iterator[Use]:
    """Messages of a Django template; Django rewrites its tags as calls first."""
    source = templatize(file.read_text("utf-8"))
    for match in TEMPLATE_CALL.finditer(source):
        arguments = ast.literal_eval(f"[{match[2].rstrip().rstrip(',')}]")
        if use := use_of_call(match[1], arguments, file, source.count("\n", 0, match.start()) + 1):
            yield use


def uses() -> list[Use]:
    """Every message of the product."""
    found: list[Use] = []
    for file in sorted(PACKAGE.rglob("*.py")):
        found += uses_in_python(file)
    for pattern in ("*.html", "*.txt"):
        for file in sorted(PACKAGE.rglob(f"templates/**/{pattern}")):
            found += uses_in_template(file)
    return found


def home(file: Path) -> Path:
    """The catalogue of the package that ``file`` belongs to: the app itself, below ``engines`` and ``domain`` the second folder."""
    parts = file.relative_to(PACKAGE).parts
    depth = 2 if parts[0] in {"engines", "domain", "integrations"} and len(parts) > 2 else 1
    return PACKAGE.joinpath(*parts[:depth], "locale", LANGUAGE, "LC_MESSAGES", "django.po")


def catalogs() -> dict[Path, Catalog]:
    """All Chinese catalogues by file."""
    found = {}
    for path in sorted(PACKAGE.glob(f"**/locale/{LANGUAGE}/LC_MESSAGES/*.po")):
        with path.open("rb") as file:
            found[path] = read_po(file, locale=LANGUAGE, abort_invalid=True)
    return found


def entries(catalog: Catalog) -> Iterator[tuple[tuple[str | None, str], Message]]:
    """Messages of a catalogue by context and singular; the header is left out."""
    for message in catalog:
        if message.id:
            singular = message.id if isinstance(message.id, str) else message.id[0]
            yield (message.context, singular), message


def forms(value: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """One text per plural form; an untranslated message has one empty form."""
    return [value or ""] if value is None or isinstance(value, str) else list(value)


def placeholders(text: str) -> set[str]:
    """Names of the values that a text takes in."""
    return {first or second for first, second in PLACEHOLDER.findall(text)}


def problems() -> list[str]:
    """What is missing, left over, contradictory or takes in unknown values; one line each."""
    wanted = {use.key: use for use in uses()}
    translations: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    found: list[str] = []
    for path, catalog in catalogs().items():
        for key, message in entries(catalog):
            texts = forms(message.string)
            if key not in wanted:
                found.append(f"{path}: left over: {key[1]!r}")
            if message.fuzzy or not all(texts):
                found.append(f"{path}: not translated: {key[1]!r}")
            unknown = set().union(*map(placeholders, texts)) - set().union(*map(placeholders, forms(message.id)))
            if unknown:
                found.append(f"{path}: {key[1]!r} has no value for {', '.join(sorted(unknown))}")
            translations[key].add(texts[0])
    found += [
        f"{use.file}:{use.line}: no Chinese for {use.singular!r}"
        for key, use in wanted.items()
        if key not in translations
    ]
    # Django merges all catalogues, so two translations of one string would depend on the order of the apps.
    found += [
        f"two translations of {key[1]!r}: {sorted(texts)}" for key, texts in translations.items() if len(texts) > 1
    ]
    return found


def add_missing() -> None:
    """Write an empty entry for each untranslated string into the catalogue of its package."""
    present = catalogs()
    known = {key for catalog in present.values() for key, _message in entries(catalog)}
    changed: dict[Path, Catalog] = {}
    for use in uses():
        if use.key in known:
            continue
        known.add(use.key)
        path = home(use.file)
        catalog = changed.setdefault(path, present.get(path) or Catalog(locale=LANGUAGE, charset="utf-8"))
        catalog.add((use.singular, use.plural) if use.plural else use.singular, context=use.context)
    for path, catalog in changed.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalog, omit_header=False, width=0, no_location=True)
        print(path)


if __name__ == "__main__":
    if "--add" in sys.argv:
        add_missing()
    lines = problems()
    print(*lines, sep="\n") if lines else print("messages: complete")
    sys.exit(1 if lines else 0)
