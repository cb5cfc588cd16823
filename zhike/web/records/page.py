"""Everything that a record's page shows, read in as few questions as it takes and then drawn."""

from __future__ import annotations

from typing import Any

from zhike.engines.submissions.services import new_key
from zhike.metadata.places import list_url
from zhike.web.approvals import telling
from zhike.web.records import composing, facts, header, line_grid, side
from zhike.web.records.bands import band
from zhike.web.records.story import Story, StoryState, story
from zhike.web.records.story_words import story_context, want_story
from zhike.web.records.subject import Subject, Wanted, fetch, want_row

PEEK_ENTRIES = 5


def page_context(subject: Subject, state: StoryState) -> dict[str, Any]:
    """The whole page; related records follow in a request of their own."""
    found = story(subject, state)
    open_steps = side.load_steps(subject)
    people = composing.load_people(subject)
    _fetch(subject, found, open_steps)
    return {
        **base(subject),
        "band": band(subject),
        "timeline": story_context(subject, found, state),
        "composer": composing.composer(subject, people),
        "comment": comment_box(subject) if may_comment(subject) else None,
        "lines": lines(subject),
        "steps": side.steps(subject, open_steps),
        "side_follows": True,
        "has_more": any(panel.is_more for panel in subject.object_type.panels),
    }


def band_context(subject: Subject) -> dict[str, Any]:
    """The band and the head above it."""
    fetch_own(subject)
    return {**base(subject), "band": band(subject)}


def lines(subject: Subject) -> dict[str, Any] | None:
    """Context of record_detail/lines.html; None where the type has none."""
    grid = line_grid.grid_of(subject.object_type, subject.context, subject.id, subject.row.values)
    if grid is None:
        return None
    line_grid.fetch_line_labels(grid)
    return line_grid.table(grid, subject.object_type, subject.row.values)


def timeline_context(subject: Subject, state: StoryState) -> dict[str, Any]:
    """The timeline alone, or its next page."""
    found = story(subject, state)
    _fetch(subject, found, [])
    return {**head(subject), "timeline": story_context(subject, found, state)}


def side_context(subject: Subject) -> dict[str, Any]:
    """Next steps, related records, team and files."""
    open_steps = side.load_steps(subject)
    panels = side.load_panels(subject)
    members = side.load_team(subject) if has_team(subject) else []
    wanted: Wanted = {}
    want_steps(wanted, subject, open_steps)
    side.want_panels(wanted, panels)
    side.want_team(wanted, members)
    fetch(wanted, subject.context)
    shown = [side.panel_context(subject, panel) for panel in panels]
    if has_team(subject) and (members or subject.may("edit")):
        shown.append(side.team_panel(subject, members))
    return {
        **head(subject),
        "steps": side.steps(subject, open_steps),
        "approvals": telling.panel(subject),
        "panels": shown,
        "files": side.files(subject),
    }


def more_context(subject: Subject) -> dict[str, Any]:
    """Related records of which most subjects have none."""
    panels, empty = side.load_more(subject)
    wanted: Wanted = {}
    side.want_panels(wanted, panels)
    fetch(wanted, subject.context)
    return {
        **head(subject),
        "panels": [side.panel_context(subject, panel) for panel in panels],
        "beginnings": side.beginnings(subject, empty),
    }


def peek_context(subject: Subject) -> dict[str, Any]:
    """The record in the drawer beside a list: facts and the last few things that happened."""
    found = story(subject, StoryState(), limit=PEEK_ENTRIES)
    _fetch(subject, found, [])
    timeline = story_context(subject, found, StoryState())
    return {**base(subject), "timeline": {**timeline, "more_url": ""}}


def head(subject: Subject) -> dict[str, Any]:
    """What every part of the page refers to."""
    object_type = subject.object_type
    return {
        "object": {
            "label": object_type.label,
            "label_plural": object_type.label_plural,
            "url": list_url(object_type.key),
        },
        "record": {"id": subject.id, "url": subject.url, "title": subject.title, "version": subject.row.version},
        "has_timeline": has_story(subject),
    }


def base(subject: Subject) -> dict[str, Any]:
    """Header and facts; titles must have been fetched."""
    return {
        **head(subject),
        **header.header(subject, side.add_step_url(subject)),
        "sections": facts.sections(subject),
        "completeness": facts.completeness(subject),
    }


def has_story(subject: Subject) -> bool:
    """Whether the page has a timeline: of what happened, or of comments and files alone."""
    return subject.object_type.has_timeline or subject.object_type.has_comments


def may_comment(subject: Subject) -> bool:
    return subject.object_type.has_comments and subject.actor.user_id is not None


def comment_box(subject: Subject, *, body: str = "", error: str = "") -> dict[str, Any]:
    """Context of record_detail/comment_box.html."""
    return {
        "url": f"{subject.url}comments/",
        "people_url": f"{subject.url}people/",
        "key": f"comment:{subject.object_type.key}:{subject.id}",
        "form_key": new_key(),
        "body": body,
        "error": error,
    }


def has_team(subject: Subject) -> bool:
    """Whether people can be added: not where rights follow another record or belong to the owner alone."""
    return subject.object_type.scope_from is None and not subject.object_type.is_private


def want_steps(wanted: Wanted, subject: Subject, rows: list[Any]) -> None:
    found = side.step_panel(subject)
    if found is not None:
        for row in rows:
            want_row(wanted, found[1], row)


def _fetch(subject: Subject, found: Story, open_steps: list[Any]) -> None:
    """Titles of everything that the page names, one query an object type."""
    wanted: Wanted = {}
    want_row(wanted, subject.object_type, subject.row)
    want_story(wanted, subject, found)
    want_steps(wanted, subject, open_steps)
    fetch(wanted, subject.context)


def fetch_own(subject: Subject) -> None:
    """Titles of what the record itself links to."""
    wanted: Wanted = {}
    want_row(wanted, subject.object_type, subject.row)
    fetch(wanted, subject.context)
