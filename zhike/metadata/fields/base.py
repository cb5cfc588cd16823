"""What every kind of field must be able to do; one subclass a file in this package."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field, replace
from datetime import date, datetime, tzinfo
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django.db.models import Expression, F, Q
from django.utils.functional import Promise
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString

from zhike.lib.enumeration import enumerated
from zhike.metadata.custom_sql import custom_value

if TYPE_CHECKING:
    from zhike.metadata.actor import Actor

Label = str | Promise
#: A condition for ``QuerySet.filter``.
Condition = Q | Expression


class ValueRefused(ValueError):
    """A value that a field does not take.

    ``code`` is stable and goes to the API; ``message`` is a lazy, translated sentence that says what to do.
    """

    def __init__(self, code: str, message: Label) -> None:
        super().__init__(str(code))
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Input:
    """A field that a computed one is made from; who may not see it does not see the result either.

    ``every_row`` says that the value comes from a record which the reader may not reach, so that only those who see all
    records of that type see the result. An empty ``field_key`` stands for the mere existence of records.
    """

    object_key: str
    field_key: str
    every_row: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object type, native (``column`` names the model attribute) or custom (``column`` is None)."""

    key: str
    type: FieldType
    label: Label
    column: str | None = None
    help: Label = ""
    required: bool = False
    unique: bool = False
    #: Set by the system; shown, filtered and exported, but never written by an actor.
    readonly: bool = False
    #: An index exists (native) or is built (custom), so filtering and sorting stay fast at a million rows.
    indexed: bool = False
    #: Column that the field is sorted by instead of its own: how its text is read.
    reading: str | None = None
    #: Personal or confidential: masked by roles that say so.
    sensitive: bool = False
    #: Written by the product in passing (since when, which turn): people are told of its changes only when they ask for everything.
    bookkeeping: bool = False
    retired: bool = False
    default: Any = None
    #: What the kind needs: ``choices``, ``target``, ``decimals``, ``currency``, ``max_length``, ``minimum``, ``maximum``.
    options: Mapping[str, Any] = dataclass_field(default_factory=dict)
    #: Primary key of the CustomField row, for custom fields.
    custom_id: int | None = None
    #: SQL of a value that nobody types: figures, formulas, roll-ups. Such fields are read-only.
    computed: Callable[[], Expression] | None = None
    #: What an administrator's formula or roll-up is made from; rights follow through it.
    inputs: tuple[Input, ...] = ()

    @property
    def is_custom(self) -> bool:
        return self.column is None and self.computed is None

    def with_changes(self, **changes: Any) -> Field:
        return replace(self, **changes)


@dataclass(slots=True)
class Context:
    """Who looks or writes, in which language and zone, at what moment; labels of linked records fetched beforehand."""

    actor: Actor
    now: datetime
    timezone: tzinfo
    language: str = "zh-hans"
    #: (object key, id) → (title, URL or ""), filled set-wise before cells are drawn. A record that the actor may
    #: not see is absent and shown as a dash.
    labels: dict[tuple[str, int], tuple[str, str]] = dataclass_field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operator:
    """A comparison that the filter language offers for a kind of field.

    ``operand`` says what the filter builder asks for: "value" (one), "values" (several), "range" (two), "none",
    "period" (a relative date such as this_month), "days" (a whole number of days) or "text" (free text).
    """

    key: str
    label: Label
    operand: str = "value"


class Piece(NamedTuple):
    """One of several cells of a row that make one value together: the part that it is, its heading, what it holds."""

    part: str
    heading: str
    cell: Any


class FieldType:
    """A kind of field: how a value is parsed, stored, shown, compared, described and sampled.

    A *plain value* is what Python holds after ``parse`` and what the database column stores. Its *JSON value*
    (``to_json``) is what the API, the change log and the custom column hold; both convert without loss.
    ``None`` (or an empty list) is "no value" for every kind; "" never is stored.
    """

    #: Stable key, also in the API and in rows of CustomField.
    key: ClassVar[str]
    label: ClassVar[Label]
    icon: ClassVar[str] = "forms"
    #: How custom JSON values compare: "text", "number" or "json" (lists and objects).
    sql_kind: ClassVar[str] = "text"
    #: Model column that says what Python gets out of a custom value, where ``sql_kind`` alone is too vague.
    custom_output: ClassVar[type[Any] | None] = None
    operators: ClassVar[tuple[Operator, ...]] = ()
    sortable: ClassVar[bool] = True
    #: Numbers: right-aligned, tabular figures.
    numeric: ClassVar[bool] = False
    #: Plain value is a list.
    multiple: ClassVar[bool] = False
    #: An administrator may make custom fields of this kind.
    customisable: ClassVar[bool] = True
    #: Options that an administrator may set for a custom field (keys of ``settings.READERS``).
    settings: ClassVar[tuple[str, ...]] = ()
    #: Most characters that such a field may be set to.
    longest: ClassVar[int] = 0
    #: Two records can be kept from having the same value.
    can_be_unique: ClassVar[bool] = False
    #: Board columns can be made of it.
    groupable: ClassVar[bool] = False
    #: Values lie on days, so that a calendar can be drawn by them; ``is_movable`` ones can be put on another day.
    is_dated: ClassVar[bool] = False
    is_movable: ClassVar[bool] = False
    #: The system gives each record its value; people only bring old ones along, by right.
    is_assigned: ClassVar[bool] = False
    #: Values are computed, see ``metadata/computed_kinds.py``.
    is_computed: ClassVar[bool] = False
    #: Several columns of a spreadsheet may make one value, see ``join``; ``parts`` are the roles that a column can have.
    joins: ClassVar[bool] = False
    parts: ClassVar[Mapping[str, Label]] = {}

    # Values -------------------------------------------------------------------------------------------------------

    def parse(self, raw: Any, field: Field, context: Context) -> Any:
        """Turn form text, a spreadsheet cell or a JSON value into the plain value; raise ValueRefused."""
        raise NotImplementedError

    def from_cell(self, cell: Any, field: Field) -> Any:
        """The raw value that a spreadsheet's cell means, for ``parse``; most kinds read both alike."""
        return cell

    def join(self, pieces: Sequence[Piece], field: Field) -> Any:
        """The raw value that several filled cells of a row mean together, for ``parse``; kinds with ``joins`` have it."""
        raise NotImplementedError

    def is_empty(self, value: Any) -> bool:
        # Asked of every cell of every row: most have a value and are told by the first question.
        return not value and (value is None or isinstance(value, str | list | dict))

    def is_quiet(self, value: Any) -> bool:
        """Whether the value says no more than that there is nothing to say; cards and heads leave it out."""
        return self.is_empty(value)

    def to_json(self, value: Any, field: Field) -> Any:
        return value

    def from_json(self, value: Any, field: Field) -> Any:
        return value

    def mask(self, value: Any, field: Field) -> Any:
        """The plain value with its middle hidden, for actors who may know only that there is one."""
        text = str(value)
        return text[:1] + "*" * min(max(len(text) - 1, 3), 8)

    def sample(self, field: Field, rng: Random) -> Any:
        """A realistic plain value, the same for the same generator state."""
        raise NotImplementedError

    # Faces --------------------------------------------------------------------------------------------------------

    def text(self, value: Any, field: Field, context: Context) -> str:
        """The value as a person reads it, for exports, titles and history; "" when there is none."""
        return "" if value is None else str(value)

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        """The value as escaped HTML for lists and fact panels."""
        return conditional_escape(self.text(value, field, context))

    def masked_cell(self, value: Any) -> SafeString:
        """A value that ``mask`` made, or None, as escaped HTML."""
        parts = value if isinstance(value, list) else [value]
        return conditional_escape(enumerated(part for part in parts if part is not None))

    def edit_text(self, value: Any, field: Field, context: Context) -> str:
        """The value as typed into the form control; ``parse`` takes it back."""
        return self.text(value, field, context)

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        """The form control as escaped HTML; ``attrs`` is escaped markup for id, aria and required."""
        return SafeString(
            f'<input class="form-control" type="text" name="{escape(name)}" '
            f'value="{escape(self.edit_text(value, field, context))}" {attrs}>'
        )

    def from_form(self, data: Mapping[str, Any], name: str) -> Any:
        """Raw value from a submitted form (a QueryDict); kinds with several inputs override this."""
        return data.get(name)

    def schema(self, field: Field) -> dict[str, Any]:
        """JSON Schema (2020-12) of the JSON value, null included where the field may be empty."""
        raise NotImplementedError

    def search_text(self, value: Any, field: Field) -> str:
        """What quick search indexes of the value."""
        return "" if value is None else str(value)

    # Database -----------------------------------------------------------------------------------------------------

    def expression(self, field: Field) -> Expression | F:
        """The SQL value to compare and sort by, native or custom."""
        if field.computed is not None:
            return field.computed()
        if field.column is not None:
            return F(field.column)
        output = self.custom_output
        return custom_value(field.key, self.sql_kind, output_field=None if output is None else output())

    def sql_value(self, value: Any, field: Field) -> Any:
        """The plain value as ``expression`` compares it: as it is in a column, as JSON in a custom value."""
        return self.to_json(value, field) if field.is_custom else value

    def condition(self, operator: str, operand: Any, field: Field, context: Context) -> Condition:
        """The comparison as a condition; ``operand`` is raw JSON of the filter and passes ``parse`` first."""
        raise NotImplementedError

    # Calendar, for dated kinds ------------------------------------------------------------------------------------

    def within_days(self, first: date, last: date, field: Field, context: Context) -> Condition:
        """Whether the value lies on one of these days, in the reader's zone."""
        raise NotImplementedError

    def day_of(self, value: Any, first: date, context: Context) -> date:
        """The day on which the value lies; of what returns each year the next one from ``first`` on."""
        raise NotImplementedError

    def time_of(self, value: Any, context: Context) -> str:
        """The time of day, where there is one."""
        return ""

    def moved_to(self, value: Any, day: date, context: Context) -> Any:
        """The raw value on another day."""
        raise NotImplementedError

    def link_targets(self, field: Field) -> str | None:
        """Object key of the records that the value points to, or None."""
        return None

    def link_ids(self, value: Any) -> Collection[int]:
        """Ids that the value points to; none for what ``mask`` made of it."""
        return ()
