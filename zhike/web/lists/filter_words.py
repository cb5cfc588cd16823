"""A filter in words, as chips over a list say it: 级别 是 高; 状态 是 待办 或 截止 在 本周."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from zhike.lib.html import format_html
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.conditions import YES, ConditionType, condition_fields
from zhike.metadata.fields.base import Context, Field, ValueRefused
from zhike.metadata.fields.periods import PERIODS
from zhike.metadata.labels import fill_labels
from zhike.metadata.object_type import ObjectType

#: Words that stand for the actor's own records.
OWN = {
    "me": gettext_lazy("me"),
    "my_department": gettext_lazy("my department"),
    "my_department_and_below": gettext_lazy("my department and below"),
}
#: Comparisons whose number of days belongs into the middle of the words.
DAYS: Mapping[str, Callable[[int], str]] = {
    "last_n_days": lambda days: ngettext("in the last %(days)s day", "in the last %(days)s days", days),
    "next_n_days": lambda days: ngettext("in the next %(days)s day", "in the next %(days)s days", days),
    "older_than_n_days": lambda days: ngettext("more than %(days)s day ago", "more than %(days)s days ago", days),
}
#: Values named before "…" stands for the others.
MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One condition of the outermost "all": its words and the filter without it."""

    words: SafeString
    rest: Mapping[str, Any]


def parts(object_type: ObjectType, tree: Mapping[str, Any], context: Context) -> list[Part]:
    """The filter as parts that can be taken out one by one. The filter must be one that compiles."""
    items = outermost(tree)
    fetch_labels(object_type, items, context)
    speaker = _Speaker(object_type, context)
    return [Part(speaker.words(item), together(items[:index] + items[index + 1 :])) for index, item in enumerate(items)]


def outermost(tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if not tree:
        return []
    return list(tree["all"]) if "all" in tree else [tree]


def together(items: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {"all": list(items)} if items else {}


def field_at(object_type: ObjectType, path: str, actor: Actor) -> tuple[Field, str]:
    """The field that a path ends at and its label, the way to it included; raises LookupError for an unknown path."""
    *steps, last = path.split(".")
    labels = []
    for step in steps:
        child = next((found for found in object_type.children if registry.get(found.object_key).slug == step), None)
        if child is not None:
            object_type = registry.get(child.object_key)
            labels.append(str(object_type.label))
            continue
        field = object_type.field(step)
        object_type = registry.get(str(field.type.link_targets(field)))
        labels.append(str(field.label))
    named = condition_fields(object_type, actor) if last not in object_type.fields else {}
    field = named.get(last) or object_type.field(last)
    return field, " › ".join([*labels, str(field.label)])


def _comparisons(nodes: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for node in nodes:
        if "field" in node:
            yield node
        for key in ("all", "any"):
            yield from _comparisons(node.get(key, ()))
        if "not" in node:
            yield from _comparisons([node["not"]])


def fetch_labels(object_type: ObjectType, nodes: Sequence[Mapping[str, Any]], context: Context) -> None:
    """Titles of all records that the filter names; one query an object type."""
    wanted: dict[str, set[int]] = {}
    for node in _comparisons(nodes):
        field, _label = field_at(object_type, node["field"], context.actor)
        target = field.type.link_targets(field)
        if target is not None:
            ids = (number(value) for value in several(node.get("value")))
            wanted.setdefault(target, set()).update(pk for pk in ids if pk is not None)
    fill_labels(wanted, context)


def several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def number(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


class _Speaker:
    """Says conditions of one object type in the language of the reader."""

    def __init__(self, object_type: ObjectType, context: Context) -> None:
        self.object_type = object_type
        self.context = context

    def words(self, node: Mapping[str, Any]) -> SafeString:
        """A condition with its field emphasised; groups in brackets."""
        if "field" in node:
            field, label = field_at(self.object_type, node["field"], self.context.actor)
            if node["op"] == YES.key and field.type.key == ConditionType.key:
                return format_html("<b>{}</b>", label)
            return format_html("<b>{}</b> {}", label, self.comparison(field, node))
        if "not" in node:
            return format_html(_("not ({condition})"), condition=self.joined(node["not"]))
        return self.joined(node)

    def joined(self, node: Mapping[str, Any]) -> SafeString:
        if "field" in node or "not" in node:
            return self.words(node)
        items = [self.bracketed(item) for item in node.get("all", node.get("any", ()))]
        if not items:
            return format_html("{}", _("anything"))
        found = items[0]
        for item in items[1:]:
            found = format_html("{} {} {}", found, _("and") if "all" in node else _("or"), item)
        return found

    def bracketed(self, node: Mapping[str, Any]) -> SafeString:
        words = self.words(node)
        return format_html("({})", words) if len(node.get("all", node.get("any", ()))) > 1 else words

    def comparison(self, field: Field, node: Mapping[str, Any]) -> str:
        key, value = node["op"], node.get("value")
        operator = next(known for known in field.type.operators if known.key == key)
        if key in DAYS and number(value) is not None:
            return DAYS[key](int(str(value))) % {"days": value}
        if operator.operand == "none":
            return str(operator.label)
        if operator.operand == "range" and isinstance(value, list):
            return f"{operator.label} {self.ends(field, value)}"
        named = [self.value(field, part) for part in several(value)[:MOST_NAMED]]
        more = " …" if len(several(value)) > MOST_NAMED else ""
        return f"{operator.label} {_(', ').join(named)}{more}"

    def ends(self, field: Field, value: Sequence[Any]) -> str:
        return " – ".join("…" if part in (None, "") else self.value(field, part) for part in value)

    def value(self, field: Field, raw: Any) -> str:
        if isinstance(raw, Mapping):
            return self.relative(raw)
        if isinstance(raw, str) and raw in OWN and field.type.link_targets(field):
            return str(OWN[raw])
        if isinstance(raw, str) and raw in PERIODS:
            return str(PERIODS[raw][0])
        try:
            parsed = field.type.parse(raw, field, self.context)
        except ValueRefused:
            return str(raw)
        return field.type.text(parsed, field, self.context) or str(raw)

    def relative(self, raw: Mapping[str, Any]) -> str:
        name, days = str(raw.get("relative")), raw.get("days")
        if name in DAYS and number(days) is not None:
            return DAYS[name](int(str(days))) % {"days": days}
        return str(PERIODS[name][0]) if name in PERIODS else name
