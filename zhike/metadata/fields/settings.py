"""What an administrator may set for a custom field of each kind, read strictly: the options of its descriptor."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.lib.keys import key_from_label
from zhike.lib.money import DECIMALS, SYMBOLS
from zhike.lib.number_pattern import BadPattern, read_pattern
from zhike.metadata.fields.base import FieldType, Label, ValueRefused
from zhike.metadata.fields.choice_option import TONES, choices_from_json
from zhike.metadata.fields.input import is_blank, plain_text, too_long

MOST_CHOICES = 200
LONGEST_LABEL = 60
CHOICE_KEY = re.compile(r"[A-Za-z0-9_\-]{1,30}\Z", re.ASCII)

#: Names of the options, for the page on which they are set.
LABELS: dict[str, Label] = {
    "max_length": _("Most characters"),
    "minimum": _("Smallest value"),
    "maximum": _("Largest value"),
    "decimals": _("Decimals"),
    "currency": _("Currency"),
    "choices": _("Choices"),
    "target": _("Links to"),
    "max_items": _("Most values"),
    "pattern": _("Pattern"),
    "start": _("First number"),
}
#: What an administrator should know before filling in an option.
HELPS: dict[str, Label] = {
    "pattern": _("Zeros in braces count, {YYYY}, {YY}, {MM} and {DD} are the day: KH{YYYY}-{0000} gives KH2026-0001."),
}


def refused(option: str) -> ValueRefused:
    return ValueRefused("bad_option", format_lazy(_("Check this setting: {option}."), option=LABELS[option]))


def whole_number(option: str, low: int, high: int) -> Callable[[Any], int]:
    """A reader of whole numbers within bounds."""

    def read(raw: Any) -> int:
        text = str(raw).strip() if not isinstance(raw, bool) else ""
        if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII) or not low <= int(text) <= high:
            raise refused(option)
        return int(text)

    return read


def number(option: str) -> Callable[[Any], int | float]:
    """A reader of numbers with up to six decimals, as JSON holds them."""

    def read(raw: Any) -> int | float:
        text = str(raw).strip() if not isinstance(raw, bool) else ""
        if not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text, re.ASCII):
            raise refused(option)
        value = float(text)
        return int(value) if value.is_integer() else value

    return read


def currency(raw: Any) -> str:
    """A code of ISO 4217 that amounts can be shown in."""
    code = str(raw).strip().upper()
    if code not in SYMBOLS and code not in DECIMALS:
        raise refused("currency")
    return code


def pattern(raw: Any) -> str:
    """The pattern of a running number."""
    text = str(raw).strip()
    try:
        read_pattern(text)
    except BadPattern:
        raise ValueRefused(
            "bad_pattern",
            _("Write the counter as zeros in braces, once, such as KH{YYYY}-{0000}; at most 40 characters."),
        ) from None
    return text


def target(raw: Any) -> str:
    """An object key; whether the object exists is for the registry to say."""
    key = str(raw).strip()
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", key):
        raise refused("target")
    return key


def choices(raw: Any) -> list[dict[str, Any]]:
    """Choices as rows of options keep them; keys that are not given come from the labels."""
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not 1 <= len(raw) <= MOST_CHOICES:
        raise ValueRefused("choice_count", format_lazy(_("Give between 1 and {most} choices."), most=MOST_CHOICES))
    found: list[dict[str, Any]] = []
    for told in raw:
        choice = one_choice(told, {row["key"] for row in found})
        if choice["key"] in {row["key"] for row in found} or choice["label"] in {row["label"] for row in found}:
            raise ValueRefused("choice_twice", format_lazy(_("“{label}” is there twice."), label=choice["label"]))
        found.append(choice)
    return found


def one_choice(told: Any, taken: set[str]) -> dict[str, Any]:
    told = {"label": told} if isinstance(told, str) else told
    if not isinstance(told, Mapping) or is_blank(told.get("label")):
        raise ValueRefused("choice_label", _("Every choice needs a name."))
    label, english = label_text(told["label"]), label_text(told.get("label_en") or "")
    key = str(told.get("key") or "") or key_from_label(english or label, taken, fallback="choice", longest=30)
    tone = str(told.get("tone") or "grey")
    if not CHOICE_KEY.match(key) or tone not in TONES:
        raise refused("choices")
    choice = {"key": key, "label": label, "tone": tone}
    if english:
        choice["label_en"] = english
    return {**choice, "retired": True} if told.get("retired") is True else choice


def label_text(raw: Any) -> str:
    text = " ".join(plain_text(raw).split())
    if len(text) > LONGEST_LABEL:
        raise too_long(LONGEST_LABEL)
    return text


READERS: dict[str, Callable[[Any], Any]] = {
    "max_length": whole_number("max_length", 1, 20_000),
    "minimum": number("minimum"),
    "maximum": number("maximum"),
    "decimals": whole_number("decimals", 0, 6),
    "currency": currency,
    "choices": choices,
    "target": target,
    "max_items": whole_number("max_items", 1, 50),
    "pattern": pattern,
    "start": whole_number("start", 1, 10**12),
}


def read_settings(kind: FieldType, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a custom field as JSON; raises ValueRefused for unknown, bad, missing or contradicting ones."""
    unknown = [key for key in raw if key not in kind.settings]
    if unknown:
        raise ValueRefused("unknown_option", format_lazy(_("There is no setting {key}."), key=str(unknown[0])[:40]))
    found = {key: READERS[key](raw[key]) for key in kind.settings if not is_blank(raw.get(key))}
    for needed in ("choices", "target", "pattern"):
        if needed in kind.settings and needed not in found:
            raise refused(needed)
    if "minimum" in found and "maximum" in found and found["minimum"] > found["maximum"]:
        raise refused("maximum")
    if found.get("max_length", 0) > kind.longest:
        raise refused("max_length")
    return found


def options_from_json(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a descriptor from those in a row."""
    if "choices" not in stored:
        return dict(stored)
    return {**stored, "choices": choices_from_json(stored["choices"])}


def keep_old_choices(old: Mapping[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """New options with the choices that are no longer there retired: records still have them."""
    if "choices" not in new:
        return new
    present = {choice["key"] for choice in new["choices"]}
    gone = [{**choice, "retired": True} for choice in old.get("choices", ()) if choice["key"] not in present]
    return {**new, "choices": [*new["choices"], *gone]}
