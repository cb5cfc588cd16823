"""The descriptor of a business object: everything that the engines need to know about it, as frozen data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from typing import TYPE_CHECKING, Any

from zhike.metadata.fields.base import Field, Label

if TYPE_CHECKING:
    from zhike.metadata.actor import Actor
    from zhike.metadata.errors import Problem
    from zhike.metadata.models import Record

#: Values by field key, one mapping a record.
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of fields on the form and among the facts; ``folded`` ones open on demand."""

    label: Label
    fields: tuple[str, ...]
    folded: bool = False
    #: The section concerns records whose choice field (first) has one of the values (second); None: all records.
    when: tuple[str, tuple[str, ...]] | None = None

    def applies(self, values: Mapping[str, Any]) -> bool:
        """Whether the section concerns a record with these plain values."""
        return self.when is None or values.get(self.when[0]) in self.when[1]


@dataclass(frozen=True, slots=True)
class Panel:
    """Related records on the detail page: the records of ``object_key`` whose link ``via`` points here."""

    object_key: str
    via: str
    columns: tuple[str, ...]
    label: Label = ""
    limit: int = 5
    #: Read in a request of its own and shown below the others where there is something; else it is only offered to begin with.
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class TimelineSource:
    """How records of a type appear on the timeline of the record that ``subject`` links to.

    All names are field keys of the type. ``at`` is a date or a date-time field, ``kind`` a choice whose key picks the icon.
    """

    subject: str
    at: str
    title: str
    kind: str | None = None
    body: str | None = None
    #: Further fields shown with the entry, such as the outcome of a call.
    more: tuple[str, ...] = ()
    #: Its kind says too little without the name of the object type: "Archive review: general".
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class Todo:
    """Records of a type are things to do: shown as next steps of what they link to, and on the work page.

    ``open`` is a filter for those not done yet; the others name fields and actions of the type.
    """

    due: str
    open: Mapping[str, Any]
    done: str
    reopen: str
    #: Takes the argument ``days``.
    postpone: str | None = None
    #: ORM orderings by the value at stake, the highest first; the due time decides where they say the same.
    rank: Callable[[], Sequence[Any]] | None = None


@dataclass(frozen=True, slots=True)
class Composer:
    """Records of a type are written down on the page of the record that ``subject`` links to, next step included.

    All names are field keys of the type. ``save(values, actor=…)`` writes everything in one transaction and raises Invalid with
    problems by field key, or Denied.
    """

    subject: str
    kind: str
    #: The choices of ``kind`` that are offered, in order.
    kinds: tuple[str, ...]
    text: str
    save: Callable[..., Any]
    outcome: str | None = None
    #: Text that names the phone number dialled, one of those of the subject or of ``person``.
    dialled: str | None = None
    #: Link to a record below the subject, such as the contact spoken with.
    person: str | None = None
    next_step: str | None = None
    next_at: str | None = None
    #: Field of the subject that one should have before one's eyes while writing.
    mind: str | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """Records that live and die with their parent: deleted and restored with it, and seen by who sees it."""

    object_key: str
    via: str
    #: Two below one parent may have the same title, as two lines of an order: each row of an import is one of its own.
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Child records that are written with their parent: rows of a grid in its form, "lines" in its JSON (see ``line_rows.py``).

    The line's type has ``is_line``, ``scope_from`` the parent and is not creatable, so that sums and version of the parent always hold. Without ``is_line``
    lines may be written by themselves too, as imports of orders do: the parent's sums must then follow from ``after_write`` as well.
    Its order is (``position``, id); ``position`` must not be unique, for rows change places.
    """

    object_key: str
    #: Link of the line to its parent.
    via: str
    #: Fields of a line shown in the grid, in order; read-only ones are computed.
    columns: tuple[str, ...]
    label: Label
    position: str = "position"
    #: Link of a line, to a product as a rule, from which ``fill(parent, lines, actor)`` gives values, one mapping a line.
    source: str | None = None
    fill: Callable[[Values, Sequence[Values], Actor], Sequence[Values]] | None = None
    #: Fields after whose change some of the filled values are looked up again: quantity → unit price.
    refill: Mapping[str, tuple[str, ...]] = dataclass_field(default_factory=dict)
    #: ``sums(parent, lines)`` sets computed fields of the lines in place and returns those of the parent. It bears what is empty.
    sums: Callable[[Values, Sequence[Values]], Values] | None = None
    #: Fields of the parent that stand below the grid.
    totals: tuple[str, ...] = ()
    #: Why the lines of this stored parent cannot change any more, if so.
    frozen: Callable[[Values], Problem | None] | None = None
    #: Fields of the parent on which sums depend, so that the grid asks again when one changes.
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kindred:
    """Another object type whose records may be the same firm or person as those of the type that says so."""

    object_key: str
    #: Fields that name a person of the record itself: it is compared by these, as a person, whatever its kind.
    persons: tuple[str, ...] = ()
    #: Action of the type that joins both, and its argument that names the other record.
    action: str | None = None
    argument: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """The fields by which two records are recognised as the same firm or person; all names are field keys of the type."""

    names: tuple[str, ...]
    #: Choice field with the values "company" and "person"; None: all records are persons.
    kind: str | None = None
    #: What only one firm has, such as its credit code.
    code: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    #: Accounts of messengers.
    handles: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    birthday: str | None = None
    representative: str | None = None
    #: Link to what the record belongs to: two of one name there are the same.
    parent: str | None = None
    #: Other types with which records are compared, in both directions. Keys do not depend on it.
    kindred: tuple[Kindred, ...] = dataclass_field(default=(), repr=False)

    @property
    def keys(self) -> frozenset[str]:
        """Every field that it names."""
        single = (self.kind, self.code, self.birthday, self.representative, self.parent)
        persons = (key for other in self.kindred for key in other.persons)
        several = (*self.names, *self.phones, *self.emails, *self.handles, *self.addresses, *persons)
        return frozenset(key for key in (*single, *several) if key)


@dataclass(frozen=True, slots=True)
class Action:
    """A service function that people run on records: button, bulk choice, API endpoint.

    ``run(ids, actor=…, **arguments)`` works on a batch; ``permission`` is the action of the role grant that it needs.
    ``arguments`` are fields asked for before it runs.
    """

    key: str
    label: Label
    permission: str
    run: Callable[..., Any]
    icon: str = "bolt"
    arguments: tuple[Field, ...] = ()
    #: Shown on records for which this filter (of the filter language) holds.
    when: Mapping[str, Any] | None = None
    #: Stands in the menu behind ⋯, not among the buttons.
    is_rare: bool = False
    #: Address of a page that asks for the arguments in place of the dialog; it gets ``?ids=1,2``.
    page: str = ""
    #: Stands as an icon of its own beside the buttons, one tap away on the phone too.
    is_beside: bool = False
    #: What it is called on a record with these plain values, where that depends on them.
    words: Callable[[Values], Label] | None = None

    def label_on(self, values: Values) -> Label:
        """What it is called on a record."""
        return self.label if self.words is None else self.words(values)


#: Actions that a role may be granted on every object type.
PERMISSIONS = ("view", "create", "edit", "delete", "restore", "purge", "export", "import", "assign")


@dataclass(frozen=True, slots=True)
class ObjectType:
    """A business object. ``key`` names it in rights, API, import and history; ``slug`` in addresses."""

    model: type[Record]
    key: str
    slug: str
    label: Label
    label_plural: Label
    fields: Mapping[str, Field]
    title: str
    icon: str = "box"
    #: Earlier (key, slug) pairs: history written under them is still its own, and old addresses lead to it.
    formerly: tuple[tuple[str, str], ...] = ()
    #: Navigation group (``metadata/navigation.py``); "" keeps it out of the navigation and of the menu for new records.
    group: str = ""
    #: Its place within the group.
    order: int = 100
    #: Key that, pressed after "g", goes to the list.
    shortcut: str = ""
    #: Its list is among what people open most; the lowest numbers that a person may open stand in the phone's bar. 0: never.
    thumb: int = 0
    columns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    #: Shown beside the title in pickers and search results.
    subtitle: tuple[str, ...] = ()
    form: tuple[Section, ...] = ()
    #: Fields asked for by the short form (quick create).
    quick: tuple[str, ...] = ()
    panels: tuple[Panel, ...] = ()
    #: Shown as badges beside the title of the page; () means the first choice fields of the columns.
    badges: tuple[str, ...] = ()
    #: The two or three numbers or dates that matter most, shown large; figures of other engines may be among them.
    figures: tuple[str, ...] = ()
    board_by: str | None = None
    #: What a board shows while nobody chose a filter, such as the deals that are open.
    board_filter: Mapping[str, Any] | None = None
    #: Field whose values say which columns a board has (``Choice.within``): the pipeline of a stage. One of them is shown at a time.
    board_within: str | None = None
    #: How duplicates of its records are recognised; None: they are not looked for, and records are not merged.
    identity: Identity | None = None
    #: Unique or identifying fields by which an import may find the record to update.
    import_keys: tuple[str, ...] = ()
    default_sort: str = "-updated_at"
    #: Link field whose record decides who sees this one (contacts follow their customer).
    scope_from: str | None = None
    children: tuple[Child, ...] = ()
    lines: Lines | None = None
    #: Rows of such a grid: read like other records, written with their parent alone, whatever roles say.
    is_line: bool = False
    timeline: TimelineSource | None = None
    todo: Todo | None = None
    composer: Composer | None = None
    #: Its page has a timeline of what happened with it.
    has_timeline: bool = False
    #: People can comment, attach files and follow.
    has_comments: bool = True
    actions: Mapping[str, Action] = dataclass_field(default_factory=dict)
    #: Actions that a role may be granted, beside those of ``actions``.
    permissions: tuple[str, ...] = PERMISSIONS
    #: Set-wise completion before validation: ``prepare(rows, existing, actor)`` may fill values (such as a default owner)
    #: and return errors by row index. ``existing`` holds the stored values by row index for updates.
    prepare: Callable[[list[Values], Mapping[int, Values], Actor], Mapping[int, Mapping[str, Any]]] | None = None
    #: What only the database can check, such as a filter over what was just written: asked inside the transaction, of all
    #: rows at once. ``verify(written, actor)`` gets the values before by id (None for new records) and returns problems by id.
    verify: Callable[[Mapping[int, Values | None], Actor], Mapping[int, Mapping[str, Any]]] | None = None
    #: Primary key of the CustomObject row, for custom objects.
    custom_id: int | None = None
    #: Seen by its owner alone, whatever roles say.
    is_private: bool = False
    #: Yes-or-no field without which a record is its owner's alone, whatever roles say.
    shared_by: str | None = None
    #: Administrators may add fields to it.
    customisable: bool = True
    #: A service, not the general write path, creates it (such as users with their passwords).
    creatable: bool = True

    @property
    def is_custom(self) -> bool:
        return self.custom_id is not None

    def field(self, key: str) -> Field:
        """The field, or UnknownField: an unknown key is an error, never an empty result."""
        try:
            return self.fields[key]
        except KeyError:
            raise UnknownField(self.key, key) from None

    @property
    def history_keys(self) -> tuple[str, ...]:
        """Keys under which its changes stand in the log: its own, and those that it had."""
        return (self.key, *(key for key, _slug in self.formerly))

    @property
    def active_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields.values() if not field.retired)

    @property
    def writable_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.active_fields if not field.readonly)


class UnknownField(LookupError):
    """A field key that the object type does not have."""

    def __init__(self, object_key: str, field_key: str) -> None:
        super().__init__(f"{object_key} has no field {field_key!r}")
        self.object_key = object_key
        self.field_key = field_key


class UnknownObject(LookupError):
    """An object key or slug that nobody registered."""
