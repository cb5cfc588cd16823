"""The timeline of a record: what happened with it and what was changed, merged newest first and paged by keyset."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field, replace
from datetime import datetime
from heapq import merge
from typing import Any
from urllib.parse import urlencode

import orjson

from zhike.metadata import timeline
from zhike.metadata.changes import HistoryEntry, history
from zhike.metadata.models import TimelineEntry
from zhike.web.records.subject import Subject

#: Name of the change log among the sources.
CHANGES = "change"
PAGE_SIZE = 25
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class StoryState:
    """What the address says about the timeline: source, kind, person, words, and where the page before ended."""

    source: str = ""
    kind: str = ""
    person: int | None = None
    text: str = ""
    cursor: Cursor | None = None
    #: Day whose heading stands above already.
    day: str = ""

    @property
    def is_filtered(self) -> bool:
        return bool(self.source or self.kind or self.person or self.text)

    def query_string(self, **changes: Any) -> str:
        """The state with changes as the query part of an address, "?" included; "" when there is nothing to say."""
        state = replace(self, **changes)
        pairs = {
            "ts": state.source,
            "tk": state.kind,
            "tp": state.person or "",
            "tq": state.text,
            "tc": state.cursor.encode() if state.cursor else "",
            "td": state.day,
        }
        told = urlencode({name: value for name, value in pairs.items() if value})
        return f"?{told}" if told else ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended, in the timeline and in the change log; None where it took nothing from that stream yet."""

    entry: tuple[datetime, int] | None = None
    change: int | None = None

    def encode(self) -> str:
        entry = [self.entry[0].isoformat(), self.entry[1]] if self.entry else None
        return base64.urlsafe_b64encode(orjson.dumps([entry, self.change])).decode().rstrip("=")


def decode(text: str) -> Cursor | None:
    """The cursor of an address; None for one that was not made here."""
    try:
        entry, change = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        found = None if entry is None else (datetime.fromisoformat(entry[0]), int(entry[1]))
        if found is not None and found[0].tzinfo is None:
            return None
        return Cursor(found, None if change is None else int(change))
    except (ValueError, TypeError, KeyError, IndexError, binascii.Error, OverflowError):
        return None


def read_state(data: Mapping[str, str]) -> StoryState:
    """The state that an address holds; what makes no sense is left out."""
    person = data.get("tp", "")
    return StoryState(
        source=data.get("ts", "")[:60],
        kind=data.get("tk", "")[:40],
        person=int(person) if person.isascii() and person.isdigit() and len(person) < 16 else None,
        text=" ".join(data.get("tq", "").replace("\x00", " ").split())[:LONGEST_SEARCH],
        cursor=decode(data["tc"]) if data.get("tc") else None,
        day=data.get("td", "")[:10],
    )


@dataclass(frozen=True, slots=True)
class Story:
    """One page of the timeline: entries and changes in one order, and where it goes on."""

    items: list[TimelineEntry | HistoryEntry] = dataclass_field(default_factory=list)
    next_cursor: Cursor | None = None

    @property
    def entries(self) -> list[TimelineEntry]:
        return [item for item in self.items if isinstance(item, TimelineEntry)]

    @property
    def changes(self) -> list[HistoryEntry]:
        return [item for item in self.items if isinstance(item, HistoryEntry)]


def story(subject: Subject, state: StoryState, *, limit: int = PAGE_SIZE) -> Story:
    """The page of the timeline that the state asks for; a query for each of the two streams."""
    entries = read_entries(subject, state, limit)
    changes = read_changes(subject, state, limit)
    # Each stream keeps its own order, by which the cursor goes on.
    streams: tuple[Sequence[TimelineEntry | HistoryEntry], ...] = (entries, changes)
    merged: list[TimelineEntry | HistoryEntry] = list(merge(*streams, key=happened_at, reverse=True))
    shown = merged[:limit]
    more = len(merged) > limit
    return Story(shown, after(shown, state.cursor) if more else None)


def read_entries(subject: Subject, state: StoryState, limit: int) -> list[TimelineEntry]:
    if state.source == CHANGES:
        return []
    return timeline.entries_for(
        subject.actor,
        subject.object_type,
        subject.id,
        before=state.cursor.entry if state.cursor else None,
        kinds=[state.kind] if state.kind else (),
        sources=[state.source] if state.source else (),
        people=[state.person] if state.person else (),
        text=state.text,
        limit=limit + 1,
    )


def read_changes(subject: Subject, state: StoryState, limit: int) -> list[HistoryEntry]:
    """Changes of the record's facts; they carry no text of their own, so that a search passes them by."""
    if state.text or state.kind or state.source not in {"", CHANGES}:
        return []
    before = state.cursor.change if state.cursor else None
    people = [state.person] if state.person else ()
    return history(subject.actor, subject.object_type, subject.id, before_id=before, people=people, limit=limit + 1)


def happened_at(item: TimelineEntry | HistoryEntry) -> tuple[datetime, int]:
    """What the page is ordered by; of one moment, the later row stands above."""
    return (item.at, item.id) if isinstance(item, TimelineEntry) else (item.change.at, item.change.pk)


def after(shown: Sequence[TimelineEntry | HistoryEntry], before: Cursor | None) -> Cursor:
    """Where the next page begins: behind the last item shown of each stream."""
    cursor = before or Cursor()
    for item in shown:
        if isinstance(item, TimelineEntry):
            cursor = replace(cursor, entry=(item.at, item.id))
        else:
            cursor = replace(cursor, change=item.change.pk)
    return cursor


def people_of(items: Sequence[TimelineEntry | HistoryEntry]) -> set[int]:
    """Ids of those who did what is shown."""
    ids = {item.actor_id if isinstance(item, TimelineEntry) else item.change.actor_id for item in items}
    return {pk for pk in ids if pk is not None}
