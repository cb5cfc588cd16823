"""What follows a write: a value that is gone takes its finding along."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.engines.verification.marking import AT_ONCE, tell, values_held
from zhike.engines.verification.models import ValueMark
from zhike.engines.verification.verifiable import has_findings
from zhike.metadata.object_type import ObjectType
from zhike.metadata.records import WriteEvent, after_write


@after_write
def follow_write(event: WriteEvent) -> None:
    """Findings about values that were changed or taken away are no longer current; a value that returns starts anew."""
    if not has_findings(event.object_type):
        return
    if event.purged:
        ValueMark.objects.filter(object_key=event.object_type.key, record_id__in=event.purged).delete()
    for start in range(0, len(event.updated) if event.changed_keys else 0, AT_ONCE):
        _reset(event.object_type, event.updated[start : start + AT_ONCE], sorted(event.changed_keys))


def _reset(object_type: ObjectType, ids: Sequence[int], keys: Sequence[str]) -> None:
    marks = ValueMark.objects.filter(object_key=object_type.key, record_id__in=ids, field_key__in=keys, is_current=True)
    current = list(marks.values_list("pk", "record_id", "field_key", "value"))
    if not current:
        return
    held = values_held(
        object_type, {record for _pk, record, _key, _value in current}, {key for _pk, _record, key, _value in current}
    )
    gone = [(pk, record) for pk, record, key, value in current if value not in held.get((record, key), ())]
    ValueMark.objects.filter(pk__in=[pk for pk, _record in gone]).update(is_current=False)
    if gone:
        tell(object_type, sorted({record for _pk, record in gone}))
