"""Credit holds: placing and lifting them, and the flag on the customer that orders will ask for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import CharField, OuterRef, Subquery, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.rights import on_behalf
from zhike.domain.customers.models import Customer
from zhike.domain.risk.models import CreditHold
from zhike.engines.approvals.kinds import ApprovalKind, register
from zhike.engines.approvals.models import Approval
from zhike.engines.approvals.starting import approval_start
from zhike.metadata import notices, policy, records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.fields.choice_option import Choice
from zhike.metadata.notices import Notice, NoticeKind
from zhike.metadata.object_type import ObjectType
from zhike.metadata.records import Row
from zhike.metadata.storage import storage

HELD = "held"
FIELD = "credit_hold"
#: Kind of approval for giving credit again.
RELEASE = "credit_release"

PLACED = notices.register(
    NoticeKind(
        "credit_hold",
        _("No more credit for a customer of mine"),
        _("%(actor)s stopped credit for “%(title)s”: %(reason)s"),
        icon="lock",
    )
)


def open_holds(customers: Collection[int]) -> Mapping[int, CreditHold]:
    """The holds that stand, by customer: what an order asks before it is taken."""
    rows = CreditHold.objects.filter(customer_id__in=customers, lifted_at__isnull=True, deletion__isnull=True)
    return {row.customer_id: row for row in rows}


def hold_place(ids: Sequence[int], *, actor: Actor, reason: str) -> None:
    """Stop credit for customers with the reason; one that is stopped already stays so. Raises NotFound."""
    with storage().write_transaction():
        found = _editable(ids, actor)
        fresh = sorted(found - open_holds(found).keys())
        homes = dict(Customer.objects.filter(pk__in=fresh).values_list("pk", "department_id"))
        now = timezone.now()
        values = {"reason": reason.strip(), "owner": actor.user_id, "placed_at": now}
        rows = [Row({**values, "customer": pk, "department": homes[pk]}) for pk in fresh]
        if rows:
            _write(rows, actor)
        _tell(fresh, reason.strip(), actor)


def _tell(customers: Sequence[int], reason: str, actor: Actor) -> None:
    people = Customer.objects.filter(pk__in=customers).values_list("pk", "owner_id", "department__head_id")
    notices.send(
        [
            Notice(
                PLACED.key,
                tuple({person for person in told if person is not None and person != actor.user_id}),
                "customer",
                pk,
                actor_id=actor.user_id,
                params={"reason": reason},
            )
            for pk, *told in people
        ]
    )


def hold_lift(ids: Sequence[int], *, actor: Actor, reason: str) -> None:
    """Give customers credit again, with the reason; the hold stays as history.

    Where a flow asks for a word about it, that is asked for first, and credit is given when it is granted. Raises NotFound, and
    Invalid where one runs already.
    """
    with storage().write_transaction():
        holds = open_holds(_editable(ids, actor))
        _lift({pk: hold for pk, hold in holds.items() if not _asked(pk, reason.strip(), actor)}, reason.strip(), actor)


def _asked(customer: int, reason: str, actor: Actor) -> bool:
    """Whether somebody else has to say yes first, who is asked then."""
    if actor.user_id is None:
        return False
    made = approval_start(registry.get("customer"), customer, kind=RELEASE, reason=reason, actor=actor)
    return made is not None


def _lift(holds: Mapping[int, CreditHold], reason: str, actor: Actor) -> None:
    values = {"lifted_at": timezone.now(), "lifted_by": actor.user_id, "lift_reason": reason}
    rows = [Row(values, id=hold.pk) for hold in holds.values()]
    if rows:
        _write(rows, actor)


def release_granted(approval: Approval, *, actor: Actor) -> None:
    """Give the credit that was asked for; one that was given meanwhile stays given."""
    _lift(open_holds([approval.about_id or 0]), approval.reason or "", actor)


def _write(rows: Sequence[Row], actor: Actor) -> None:
    for written in records.save(registry.get("credit_hold"), rows, actor=on_behalf(actor)).rows:
        if written.problems:
            raise Invalid(written.problems)


def _editable(ids: Sequence[int], actor: Actor) -> set[int]:
    rows: Any = policy.queryset_for(actor, registry.get("customer"), "edit").filter(pk__in=ids)
    found = set(rows.values_list("pk", flat=True))
    if missing := set(ids) - found:
        raise NotFound("customer", min(missing))
    return found


@registry.extend
def hold_field(object_type: ObjectType) -> Mapping[str, Field]:
    """The flag as a read-only field of customers: a badge in the header, a filter, a column."""
    if object_type.key != "customer":
        return {}
    return {
        FIELD: Field(
            key=FIELD,
            type=field_type("choice"),
            label=_("credit"),
            readonly=True,
            options={"choices": (Choice(HELD, _("on hold"), "red"),)},
            computed=_flag,
        )
    }


def _flag() -> Any:
    rows = CreditHold.objects.filter(customer_id=OuterRef("pk"), lifted_at__isnull=True, deletion__isnull=True)
    return Subquery(rows.annotate(_flag=Value(HELD, output_field=CharField())).values("_flag")[:1])


register(
    ApprovalKind(
        RELEASE,
        _("Give credit again"),
        objects=("customer",),
        on_grant=release_granted,
        icon="circle-check",
        tone="green",
    )
)


def _reason(label: Any) -> Field:
    return Field(key="reason", type=field_type("text"), label=label, required=True, options={"max_length": 300})


registry.action(
    Customer,
    key="hold_place",
    label=_("Stop credit"),
    permission="edit",
    icon="lock",
    is_rare=True,
    when={"field": FIELD, "op": "is_empty"},
    arguments=(_reason(_("reason")),),
)(hold_place)
registry.action(
    Customer,
    key="hold_lift",
    label=_("Give credit again"),
    permission="edit",
    icon="circle-check",
    is_rare=True,
    when={"field": FIELD, "op": "not_empty"},
    arguments=(_reason(_("reason")),),
)(hold_lift)
