"""Timeline entries as record_detail/entries.html wants them: by day, with icon, words and values of their sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any
from urllib.parse import quote_plus

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhike.engines.comments.mentions import comment_html
from zhike.lib.html import format_html_join
from zhike.metadata import registry, timeline
from zhike.metadata.changes import HistoryEntry
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.fields.choice import ChoiceType
from zhike.metadata.fields.choice_option import LiveChoices, choice_by_key, offered
from zhike.metadata.fields.long_text import LongTextType
from zhike.metadata.fields.text import TextType
from zhike.metadata.kept import kept_for
from zhike.metadata.labels import record_url
from zhike.metadata.models import Change, TimelineEntry
from zhike.metadata.object_type import ObjectType, TimelineSource
from zhike.web.records import change_words
from zhike.web.records.moments import clock, day_heading, local_day, moment
from zhike.web.records.story import CHANGES, Story, StoryState, happened_at, people_of
from zhike.web.records.subject import Subject, Wanted, want, want_values

#: Icons of kinds that sources commonly have; others get the icon of their object type.
KIND_ICONS = {
    "call": "phone",
    "visit": "map-pin",
    "wechat": "brand-wechat",
    "mail": "mail",
    "meeting": "users",
    "sms": "message",
    "event": "calendar-event",
    "portal": "world",
    "social": "share",
}
#: Where a kind stands in an address that is made for all of them.
ANY_KIND = "-any-"
CHANGE_ICONS = {
    Change.Action.CREATE: "circle-plus",
    Change.Action.UPDATE: "edit",
    Change.Action.DELETE: "trash",
    Change.Action.RESTORE: "arrow-back-up",
    Change.Action.PURGE: "trash",
}


def want_story(wanted: Wanted, subject: Subject, found: Story) -> None:
    """Note the people and records that the page of the timeline names."""
    want(wanted, "user", people_of(found.items))
    change_words.want_changes(wanted, subject.object_type, found.changes)
    for entry in found.entries:
        if entry.source_key in registry.catalogue():
            source = registry.get(entry.source_key)
            want_values(wanted, source, plain_details(source, entry))
        want(wanted, "user", (entry.details or {}).get("mentions", ()) if entry.source_key == "comment" else ())


def plain_details(source: ObjectType, entry: TimelineEntry) -> dict[str, Any]:
    """Further values of the source by field key."""
    fields = {key: source.fields[key] for key in entry.details or {} if key in source.fields}
    return {key: field.type.from_json((entry.details or {})[key], field) for key, field in fields.items()}


def story_context(subject: Subject, found: Story, state: StoryState) -> dict[str, Any]:
    """Context of record_detail/timeline.html."""
    own = state.query_string(cursor=None, day="")
    last_day = local_day(happened_at(found.items[-1])[0], subject.context).isoformat() if found.items else ""
    more = state.query_string(cursor=found.next_cursor, day=last_day)
    return {
        "url": f"{subject.url}{own}",
        "filters": filters(subject, state),
        "narrow": narrowing(subject, found, state),
        "q": state.text,
        "kept": {"ts": state.source, "tk": state.kind, "tp": state.person or ""},
        "days": days(subject, found, state),
        "more_url": f"{subject.url}timeline/{more}" if found.next_cursor else "",
        "empty": _("Nothing matches.") if state.is_filtered else _("Nothing has happened yet."),
    }


def filters(subject: Subject, state: StoryState) -> list[dict[str, Any]]:
    """One chip a source, "all" first and the changes last."""
    sources = [("", _("All")), *((source.key, source.label) for source in sources_of(subject)), (CHANGES, _("Changes"))]
    return [
        {
            "label": label,
            "url": f"{subject.url}{state.query_string(source=key, kind='', cursor=None, day='')}",
            "active": state.source == key,
        }
        for key, label in sources
    ]


def narrowing(subject: Subject, found: Story, state: StoryState) -> dict[str, Any]:
    """The menu beside the chips: kinds of what happened, and the people who stand on this page."""
    people = sorted({*people_of(found.items), *([state.person] if state.person else [])})
    # Once for all kinds, of which there may be dozens.
    address, mark = f"{subject.url}{state.query_string(kind=ANY_KIND, cursor=None, day='')}", f"={ANY_KIND}"
    return {
        "active": bool(state.kind or state.person),
        "clear_url": f"{subject.url}{state.query_string(kind='', person=None, cursor=None, day='')}",
        "kinds": [
            {
                "label": label,
                "icon": KIND_ICONS.get(key, "point"),
                "url": address.replace(mark, f"={quote_plus(key)}"),
                "active": state.kind == key,
            }
            for key, label in kinds_of(subject, state).items()
        ],
        "people": [
            {
                "label": person_name(pk, subject.context),
                "url": f"{subject.url}{state.query_string(person=pk, cursor=None, day='')}",
                "active": state.person == pk,
            }
            for pk in people
            if ("user", pk) in subject.context.labels
        ],
    }


def kinds_of(subject: Subject, state: StoryState) -> dict[str, str]:
    """Kinds that entries of the chosen source, or of all of them, may have."""
    found: dict[str, str] = {}
    for source in sources_of(subject):
        if source.key not in registry.catalogue() or state.source not in {"", source.key}:
            continue
        for key, label in kinds_in(registry.get(source.key), subject):
            found.setdefault(key, label)
    return found


def kinds_in(source: ObjectType, subject: Subject) -> list[tuple[str, str]]:
    """Kinds of one source, in the reader's language."""
    field = kind_field(source, source.timeline) if source.timeline is not None else None
    if field is None:
        return []

    def said_once() -> list[tuple[str, str]]:
        return [(choice.key, choice.text(subject.context)) for choice in offered(field)]

    if isinstance(field.options.get("choices"), LiveChoices):
        return said_once()
    return kept_for(subject.actor, source, "kinds", said_once)


def sources_of(subject: Subject) -> list[timeline.AttachedSource]:
    found = timeline.sources_for(subject.actor, subject.object_type)
    return (
        found
        if subject.object_type.has_comments
        else [source for source in found if source.key in registry.catalogue()]
    )


def days(subject: Subject, found: Story, state: StoryState) -> list[dict[str, Any]]:
    """The items by day of the reader's zone; the heading of a day that stands above already is left out."""
    grouped = groupby(found.items, key=lambda item: local_day(happened_at(item)[0], subject.context))
    shown = []
    for day, items in grouped:
        head = day_heading(day, subject.context)
        if head["key"] == state.day:
            head = {"label": "", "note": "", "key": head["key"]}
        shown.append({**head, "entries": [drawn(subject, item) for item in items]})
    return shown


def is_day_only(item: TimelineEntry | HistoryEntry) -> bool:
    """Whether what is told happened on a day, at no time that anybody knows."""
    if isinstance(item, HistoryEntry) or item.source_key not in registry.catalogue():
        return False
    source = registry.get(item.source_key)
    field = source.fields.get(source.timeline.at) if source.timeline is not None else None
    return field is not None and field.type.key == "date"


def drawn(subject: Subject, item: TimelineEntry | HistoryEntry) -> dict[str, Any]:
    """One item of the timeline."""
    at, _number = happened_at(item)
    told = moment(at, subject.context)
    base = {"time": "" if is_day_only(item) else clock(at, subject.context), "iso": told["iso"], "exact": told["exact"]}
    if isinstance(item, HistoryEntry):
        return {**base, **change_entry(subject, item)}
    who = person_name(item.actor_id, subject.context)
    draw = ATTACHED.get(item.source_key, source_entry)
    return {**base, "id": f"{item.source_key}-{item.source_id}", "who": who, **draw(subject, item)}


def person_name(user_id: int | None, context: Context) -> str:
    """The name of who did it; a dash for somebody whom the reader may not see, the system for nobody."""
    if user_id is None:
        return _("System")
    return context.labels.get(("user", user_id), ("—", ""))[0]


def change_entry(subject: Subject, item: HistoryEntry) -> dict[str, Any]:
    return {
        "id": f"change-{item.change.pk}",
        "who": person_name(item.change.actor_id, subject.context),
        "icon": CHANGE_ICONS[Change.Action(item.change.action)],
        "minor": True,
        "title": change_words.summary(item),
        "changes": change_words.field_changes(item, subject.object_type, subject.context),
    }


# Sources ----------------------------------------------------------------------------------------------------------


def source_entry(subject: Subject, entry: TimelineEntry) -> dict[str, Any]:
    """An entry of an object type: its kind in the line, long text below, further values as badges and lines."""
    attached = timeline.attached(entry.source_key)
    if attached is not None:
        return {"icon": attached.icon, "title": attached.label, "body": f"{entry.title}\n{entry.body}".strip()}
    source = registry.get(entry.source_key)
    described = source.timeline
    if described is None:
        return {"icon": source.icon, "title": entry.title, "body": entry.body}
    is_text = isinstance(source.field(described.title).type, LongTextType)
    details = plain_details(source, entry)
    title = kind_label(source, described, entry.kind, subject.context) if is_text else entry.title
    if described.is_named:
        title = _("%(object)s: %(kind)s") % {"object": source.label, "kind": title}
    return {
        "icon": KIND_ICONS.get(entry.kind, source.icon),
        "tone": kind_tone(source, described, entry.kind),
        "title": title,
        "badge": badges(source, details, subject.context),
        "body": entry.title if is_text else entry.body,
        "details": lines(source, details, subject.context)
        + (
            [{"label": source.field(described.body).label, "value": entry.body}]
            if is_text and entry.body and described.body
            else []
        ),
        "url": record_url(source, entry.source_id),
    }


def kind_field(source: ObjectType, described: TimelineSource) -> Field | None:
    return source.fields.get(described.kind) if described.kind else None


def kind_label(source: ObjectType, described: TimelineSource, kind: str, context: Context) -> str:
    field = kind_field(source, described)
    return field.type.text(kind, field, context) if field is not None and kind else str(source.label)


def kind_tone(source: ObjectType, described: TimelineSource, kind: str) -> str:
    field = kind_field(source, described)
    choice = choice_by_key(field, kind) if field is not None and kind else None
    return choice.tone if choice is not None and choice.tone != "grey" else "blue"


def badges(source: ObjectType, details: Mapping[str, Any], context: Context) -> SafeString:
    """Choices among the further values."""
    fields = [source.fields[key] for key in details if isinstance(source.fields[key].type, ChoiceType)]
    return format_html_join("", "{}", ((field.type.cell(details[field.key], field, context),) for field in fields))


def lines(source: ObjectType, details: Mapping[str, Any], context: Context) -> list[dict[str, Any]]:
    """The other further values with their names; a date goes behind the text before it (next step · tomorrow)."""
    found: list[dict[str, Any]] = []
    follows_text = False
    for key, value in details.items():
        field = source.fields[key]
        if isinstance(field.type, ChoiceType):
            continue
        if follows_text and field.type.key in {"date", "datetime"}:
            found[-1]["note"] = field.type.cell(value, field, context)
        else:
            found.append({"label": field.label, "value": field.type.cell(value, field, context), "note": ""})
        follows_text = isinstance(field.type, TextType)
    return found


def comment_entry(subject: Subject, entry: TimelineEntry) -> dict[str, Any]:
    """A comment, with what its author or a custodian of the record may do with it."""
    is_own = entry.actor_id == subject.actor.user_id
    base = f"{subject.url}comments/{entry.source_id}/"
    mentioned = (entry.details or {}).get("mentions", ())
    names = [person_name(pk, subject.context) for pk in mentioned]
    return {
        "icon": "message-2",
        "tone": "violet",
        "title": _("commented (edited)") if entry.kind == "edited" else _("commented"),
        "body": comment_html(entry.body, names),
        "edit_url": f"{base}edit/" if is_own else "",
        "delete_url": f"{base}delete/" if is_own or subject.may("delete") else "",
    }


def file_entry(subject: Subject, entry: TimelineEntry) -> dict[str, Any]:
    is_own = entry.actor_id == subject.actor.user_id
    return {
        "icon": "photo" if entry.kind == "picture" else "paperclip",
        "tone": "teal",
        "title": _("added a file"),
        "file": {
            "name": entry.title,
            "url": f"/files/{entry.source_id}/",
            "thumb_url": f"/files/{entry.source_id}/thumb/" if entry.kind == "picture" else "",
        },
        "delete_url": f"/files/{entry.source_id}/delete/" if is_own or subject.may("edit") else "",
    }


#: How entries of sources that are no object types are drawn.
ATTACHED: dict[str, Callable[[Subject, TimelineEntry], dict[str, Any]]] = {"comment": comment_entry, "file": file_entry}
