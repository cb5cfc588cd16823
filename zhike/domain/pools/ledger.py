"""Enters every change of hands into the ledger, whichever way it came about, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhike.accounts.rights import on_behalf
from zhike.domain.pools.models import Custody, CustodyKind
from zhike.metadata import records, registry, timeline
from zhike.metadata.models import Batch, Change
from zhike.metadata.writes import Origin, Row, WriteEvent, after_write

#: Sources of batches that say how the customer changed hands; all others are plain changes.
KINDS = frozenset(CustodyKind.values)
REASON_LENGTH = 200
#: What the timeline tells of an entry: field key → attribute.
COLUMNS = {
    "customer": "customer_id",
    "at": "at",
    "kind": "kind",
    "reason": "reason",
    "from_user": "from_user_id",
    "to_user": "to_user_id",
    "pool": "pool_id",
}


@after_write
def enter_changes(event: WriteEvent) -> None:
    """One row for each customer of the batch whose owner changed, one query and one insert a batch.

    A new customer's first owner is in its history; the ledger begins with the second.
    """
    if event.object_type.key != "customer" or "owner" not in event.changed_keys:
        return
    batch = Batch.objects.get(pk=event.batch_id)
    changes = Change.objects.filter(
        batch_id=batch.pk, object_key="customer", record_id__in=event.updated, action=Change.Action.UPDATE
    )
    found = [entry(batch, record_id, values) for record_id, values in changes.values_list("record_id", "values")]
    rows = [row for row in found if row is not None]
    Custody.objects.bulk_create(rows, batch_size=500)
    told = {row.pk: {key: getattr(row, column) for key, column in COLUMNS.items()} for row in rows}
    timeline.write(registry.get("custody"), told, actor_id=batch.actor_id, new=True)
    if batch.source == CustodyKind.UNDO:
        put_back(rows, event)


def put_back(rows: Sequence[Custody], event: WriteEvent) -> None:
    """A claim that is taken back leaves the customer where it was claimed from."""
    homeless = [row.customer_id for row in rows if row.to_user_id is None]
    taken = Custody.objects.filter(
        customer_id__in=homeless, to_user__isnull=False, kind__in=(CustodyKind.CLAIM, CustodyKind.ASSIGN)
    )
    pools = dict(taken.order_by("pk").values_list("customer_id", "pool_id"))
    values = [Row({"pool": pool}, id=customer) for customer, pool in pools.items() if pool is not None]
    if values:
        origin = Origin(CustodyKind.UNDO.value)
        records.save(registry.get("customer"), values, actor=on_behalf(event.actor), origin=origin)


def entry(batch: Batch, customer_id: int, values: dict[str, list[Any]] | None) -> Custody | None:
    """The row of one change; None where the owner stayed."""
    if not values or "owner" not in values:
        return None
    old, new = values["owner"]
    left, entered = values.get("pool") or (None, None)
    return Custody(
        customer_id=customer_id,
        at=batch.at,
        kind=batch.source if batch.source in KINDS else CustodyKind.CHANGE,
        from_user_id=old,
        to_user_id=new,
        pool_id=entered or left,
        reason=batch.label[:REASON_LENGTH],
        batch_id=batch.pk,
        created_at=batch.at,
        created_by_id=batch.actor_id,
        updated_at=batch.at,
        updated_by_id=batch.actor_id,
    )
