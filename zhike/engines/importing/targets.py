"""What a column can be written to, and which target a heading means."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from django.utils.translation import override

from zhike.lib.normalise import normalised
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType

LANGUAGES = ("zh-hans", "en")
NOISE = re.compile(r"[\s·・_\-*（）()：:/.]+|必填|required", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """A field of the imported object (``via`` is ""), or of a child record made from the same row."""

    key: str
    object_type: ObjectType
    field: Field
    #: Link field of the child that points to the imported record.
    via: str = ""
    #: Which part of the field's value the column is, see ``FieldType.parts``; "" for the whole.
    part: str = ""

    @property
    def is_child(self) -> bool:
        return bool(self.via)

    @property
    def label(self) -> str:
        """The name that people know it by."""
        label = f"{self.object_type.label} · {self.field.label}" if self.is_child else str(self.field.label)
        return f"{label} · {self.field.type.parts[self.part]}" if self.part else label

    @property
    def is_repeatable(self) -> bool:
        """Several columns may go there, and make one value together."""
        return self.field.type.joins


def targets(object_type: ObjectType, actor: Actor) -> dict[str, Target]:
    """Everything that the actor may import into, by key: own fields first, then those of one child record a row."""
    brought = (field for field in object_type.active_fields if policy.may_bring(actor, object_type, field))
    own = (*policy.writable_fields(actor, object_type), *brought)
    found = {target.key: target for field in own for target in with_parts(Target(field.key, object_type, field))}
    for child, via in children(object_type, actor):
        for field in policy.writable_fields(actor, child):
            if field.key not in {via, "owner", "department"}:
                whole = Target(f"{child.slug}.{field.key}", child, field, via)
                found |= {target.key: target for target in with_parts(whole)}
    return found


def with_parts(whole: Target) -> Iterator[Target]:
    """A target and, below it, the parts that columns can be of: the city of an address, a line of a note."""
    yield whole
    for part in whole.field.type.parts:
        yield replace(whole, key=f"{whole.key}:{part}", part=part)


def children(object_type: ObjectType, actor: Actor) -> Iterator[tuple[ObjectType, str]]:
    """Child types that a row may make a record of, each by its first link."""
    seen: set[str] = set()
    for child in object_type.children:
        found = registry.get(child.object_key)
        if child.object_key not in seen and policy.may(actor, found, "create"):
            seen.add(child.object_key)
            yield found, child.via


@cache
def synonyms() -> dict[str, tuple[str, ...]]:
    """Headings by field key, as people write them."""
    text = files("zhike.engines.importing").joinpath("synonyms.toml").read_text("utf-8")
    return {key: tuple(plain(word) for word in words) for key, words in tomllib.loads(text).items()}


def plain(heading: str) -> str:
    """A heading without width, case, spaces, brackets and the stars of required columns."""
    return NOISE.sub("", normalised(heading))


def guess_mapping(headers: Sequence[str], found: dict[str, Target]) -> dict[str, str]:
    """Target keys by column position (as text), each target at most once; labels win over synonyms."""
    return _guess(headers, _names(found))


def guess_exact(headers: Sequence[str], found: dict[str, Target]) -> dict[str, str]:
    """As ``guess_mapping``, by keys and labels alone."""
    return _guess(headers, _names(found)[:1])


def _guess(headers: Sequence[str], known: Sequence[Mapping[str, str]]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for names in known:
        for position, heading in enumerate(headers):
            target = names.get(plain(str(heading)))
            if target is not None and str(position) not in mapping and target not in mapping.values():
                mapping[str(position)] = target
    return dict(sorted(mapping.items(), key=lambda item: int(item[0])))


def _names(found: dict[str, Target]) -> tuple[dict[str, str], dict[str, str]]:
    """Normalised headings to target keys: exact ones (keys and labels), then what people also write."""
    exact: dict[str, str] = {}
    loose: dict[str, str] = {}
    for target in found.values():
        for name in _labels(target):
            exact.setdefault(name, target.key)
        for name in _synonyms(target):
            loose.setdefault(name, target.key)
    return exact, loose


def _labels(target: Target) -> Iterator[str]:
    prefixes = {""}
    if target.is_child:
        prefixes = set()
    for language in LANGUAGES:
        with override(language):
            if target.is_child:
                prefixes.add(plain(str(target.object_type.label)))
            name = plain(str(target.field.label))
            if target.part:
                # 家庭住址城市; 城市 alone is among the synonyms.
                name += plain(str(target.field.type.parts[target.part]))
            yield from (prefix + name for prefix in sorted(prefixes))
    yield plain(target.key.replace(":", ""))


def _synonyms(target: Target) -> Iterator[str]:
    words = synonyms().get(f"{target.field.key}:{target.part}" if target.part else target.field.key, ())
    if not target.is_child:
        yield from words
        return
    for language in LANGUAGES:
        with override(language):
            prefix = plain(str(target.object_type.label))
            yield from (prefix + word for word in words)
            if target.field.key == target.object_type.title and not target.part:
                yield prefix
