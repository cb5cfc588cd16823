"""The facts of a record in their sections, and how complete they are."""

from __future__ import annotations

from typing import Any

from zhike.domain.quality.scoring import completeness_of
from zhike.metadata import policy
from zhike.metadata.fields.base import Field
from zhike.metadata.fields.long_text import LongTextType
from zhike.metadata.object_type import Section
from zhike.web.quality import vouching
from zhike.web.records.header import rows_url
from zhike.web.records.subject import Subject

#: Filled by the system or by default on every record, so that they say nothing about completeness.
NOT_COUNTED = frozenset({"owner", "department", "tags", "note"})
#: Fewer facts than this need no ring.
FEWEST_COUNTED = 3


def sections(subject: Subject) -> list[dict[str, Any]]:
    """Sections as record_detail/facts.html wants them; those that do not concern this record are shown only when filled."""
    found = []
    for section in subject.object_type.form:
        fields = readable(subject, section)
        filled = any(subject.row.values.get(field.key) is not None for field in fields)
        if fields and (filled or section.applies(subject.row.values)):
            found.append(
                {
                    "label": section.label,
                    "folded": section.folded and not filled,
                    "facts": [fact(subject, field) for field in fields],
                }
            )
    return found


def readable(subject: Subject, section: Section) -> list[Field]:
    """Fields of the section that are not retired and that the actor may know of."""
    known = {field.key for field in policy.readable_fields(subject.actor, subject.object_type)}
    return [subject.object_type.field(key) for key in section.fields if key in known]


def fact(subject: Subject, field: Field) -> dict[str, Any]:
    """One fact as record_detail/fact.html wants it."""
    is_long = isinstance(field.type, LongTextType)
    value = subject.row.values.get(field.key)
    # Long texts are shown with their line breaks; when they were confirmed stands with where they come from.
    if not is_long and vouching.can_vouch(subject, field):
        shown: Any = vouching.vouched(subject, field)
    else:
        shown = field.type.text(value, field, subject.context) if is_long else subject.cell(field)
    return {
        "key": field.key,
        "label": field.label,
        "value": "" if field.type.is_empty(value) else shown,
        "edit_url": f"{subject.url}facts/{field.key}/" if subject.may_write(field) else "",
        "wide": is_long,
        "masked": field.key in subject.row.masked,
        "url": rows_url(subject, field.key) if field.computed is not None and value is not None else "",
    }


def completeness(subject: Subject) -> dict[str, Any] | None:
    """Share of the counted facts that are filled, in percent, and those missing that the actor may fill in.

    Customers are counted by the rules of their kind and tier, other records by how many facts are there.
    """
    if subject.object_type.key == "customer":
        return by_rules(subject)
    concerned = [section for section in subject.object_type.form if section.applies(subject.row.values)]
    counted = [field for section in concerned for field in readable(subject, section) if counts(field)]
    if len(counted) < FEWEST_COUNTED:
        return None
    missing = [field for field in counted if subject.row.values.get(field.key) is None]
    return {
        "percent": round(100 * (len(counted) - len(missing)) / len(counted)),
        "missing": [{"key": field.key, "label": field.label} for field in missing if subject.may_write(field)],
    }


def by_rules(subject: Subject) -> dict[str, Any] | None:
    """What the rules say; of fields that the actor does not see only the stored figure tells."""
    told = completeness_of(subject.row.values)
    if told is None:
        return None
    known = {field.key: field for field in policy.readable_fields(subject.actor, subject.object_type)}
    stored = subject.row.values.get("completeness")
    sees_all = all(item.key in known for item in told.missing)
    missing = [(item, known[item.key]) for item in told.missing if item.key in known]
    return {
        "percent": told.percent if sees_all or stored is None else stored,
        "missing": [
            {"key": item.key, "label": field.label, "required": item.required}
            for item, field in missing
            if subject.may_write(field)
        ],
    }


def counts(field: Field) -> bool:
    return not field.readonly and field.key not in NOT_COUNTED
