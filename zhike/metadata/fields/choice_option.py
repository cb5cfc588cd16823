"""The possible values of choice fields, whichever way a field was defined."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from zhike.metadata.fields.base import Context, Field, Label
from zhike.metadata.fields.said import is_chinese, said

#: Colours that a choice may have; the style sheet draws each as a soft tint in light and dark.
TONES = ("grey", "blue", "green", "amber", "red", "purple", "teal", "pink", "orange", "indigo")


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible value: ``key`` is stored, ``label`` shown (``label_en`` in English where it is given)."""

    key: str
    label: Label
    tone: str = "grey"
    label_en: str = ""
    #: Kept for records that have it, no longer offered.
    retired: bool = False
    #: Value of another field for which the choice stands: the pipeline of a stage. "" stands for all.
    within: str = ""

    def text(self, context: Context) -> str:
        if self.label_en and not is_chinese(context):
            return self.label_en
        return said(self.label, context)


class LiveChoices(Sequence[Choice], ABC):
    """Choices that may become others while the process runs: asked for anew whenever they are read."""

    @abstractmethod
    def current(self) -> tuple[Choice, ...]:
        """The choices of the moment."""

    def __len__(self) -> int:
        return len(self.current())

    def __iter__(self) -> Iterator[Choice]:
        return iter(self.current())

    @overload
    def __getitem__(self, index: int) -> Choice: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Choice, ...]: ...

    def __getitem__(self, index: int | slice) -> Choice | tuple[Choice, ...]:
        return self.current()[index]


def choices_from_pairs(pairs: Iterable[tuple[Any, Any]], tones: Mapping[str, str]) -> tuple[Choice, ...]:
    """Choices of a Django column."""
    return tuple(Choice(str(key), label, tones.get(str(key), "grey")) for key, label in pairs if key not in {None, ""})


def choices_from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[Choice, ...]:
    """Choices of a custom field, from the options in its row."""
    return tuple(
        Choice(
            key=row["key"],
            label=row["label"],
            tone=row.get("tone", "grey"),
            label_en=row.get("label_en", ""),
            retired=bool(row.get("retired", False)),
        )
        for row in rows
    )


def choices_of(field: Field) -> tuple[Choice, ...]:
    """All choices of the field, retired ones included."""
    choices = field.options.get("choices", ())
    if choices and isinstance(choices[0], Mapping):
        return choices_from_json(choices)
    return tuple(choices)


def offered(field: Field) -> tuple[Choice, ...]:
    return tuple(choice for choice in choices_of(field) if not choice.retired)


def choice_by_key(field: Field, key: str) -> Choice | None:
    return next((choice for choice in choices_of(field) if choice.key == key), None)
