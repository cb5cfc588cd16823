"""The shapes of settings that programs send; the same data stands in the document and is what bodies are held to."""

from __future__ import annotations

from typing import Any

from zhike.api.openapi.parts import Schema
from zhike.domain.activities.choices import TaskKind
from zhike.domain.collection.face import MOST_FIELDS, OBJECTS, TEXTS
from zhike.domain.customers.choices import CustomerKind, Tier
from zhike.domain.quality.cleaning import OBJECTS as CLEANED
from zhike.domain.quality.inspecting import MOST as MOST_INSPECTED
from zhike.domain.quality.models import Verdict
from zhike.domain.quality.rules import CREATOR, MOST_DAYS, MOST_HOURS, MOST_WEIGHT, OWNER
from zhike.domain.tiers.definition import BY, LONGEST_CONTENT, MOST_CRITERIA, MOST_GRADES, MOST_PLAYS
from zhike.engines.approvals.definition import (
    LATE,
    MOST_HOURS as MOST_STEP_HOURS,
    MOST_LEVELS,
    MOST_PEOPLE,
    MOST_STEPS,
    NEEDS,
    WAYS,
)
from zhike.engines.mail.models import Security
from zhike.engines.mail.server import MOST_A_MINUTE

LARGEST_ID = 2**63 - 1
#: In the filter language; looked at when the whole is checked.
FILTER: Schema = {"type": ["object", "null"]}
DAY: Schema = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
ID: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
YES_NO: Schema = {"type": "boolean"}


def text(most: int, **more: Any) -> Schema:
    return {"type": "string", "maxLength": most, **more}


def whole(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def listed(items: Schema, most: int, least: int = 0) -> Schema:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def shape(required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """An object of these members and no others."""
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


# Data quality -----------------------------------------------------------------------------------------------------

_COUNTED = shape(
    ("key", "weight", "required", "hours", "by"),
    key=text(60),
    weight=whole(1, MOST_WEIGHT),
    required=YES_NO,
    hours=whole(0, MOST_HOURS),
    by={"type": "string", "enum": [OWNER, CREATOR]},
)
_GROUP = shape(
    ("kind", "tier", "stale_days", "fields"),
    kind={"type": "string", "enum": CustomerKind.values},
    tier={"type": "string", "enum": ["", *Tier.values]},
    stale_days={"type": ["integer", "null"], "minimum": 1, "maximum": MOST_DAYS},
    fields=listed(_COUNTED, 200, 1),
)
QUALITY_RULES = shape(("groups",), groups=listed(_GROUP, 20, 1))
INSPECTION = shape(("user", "size"), user=ID, size=whole(1, MOST_INSPECTED))
VERDICT = shape(("verdict",), verdict={"type": "string", "enum": Verdict.values}, note=text(200))
CLEANING = shape(("object",), object={"type": "string", "enum": list(CLEANED)})

# Tiers ------------------------------------------------------------------------------------------------------------

_PLAY = shape(
    ("kind", "every", "title"),
    kind={"type": "string", "enum": TaskKind.values},
    every=whole(1, 3_660),
    title=text(100, minLength=1),
    content=text(LONGEST_CONTENT),
)
_GRADE = shape(
    ("key", "label", "label_en"),
    key=text(30, pattern="^[a-z][a-z0-9_]*$"),
    label=text(20, minLength=1),
    label_en=text(20),
    rule=FILTER,
    least={"type": ["integer", "null"], "minimum": 1, "maximum": 100},
    is_key=YES_NO,
    plays=listed(_PLAY, MOST_PLAYS),
)
_CUT: Schema = {
    "type": ["integer", "string"],
    "minimum": -(10**15),
    "maximum": 10**15,
    "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$",
}
_CRITERION = shape(
    ("field", "weight"),
    field=text(60),
    weight=whole(1, 1_000),
    less_is_better=YES_NO,
    cuts=listed(_CUT, 20),
    parts=whole(2, 10),
)
TIER_DEFINITION = shape(
    ("by", "grades"),
    by={"type": "string", "enum": list(BY)},
    grades=listed(_GRADE, MOST_GRADES, 2),
    criteria=listed(_CRITERION, MOST_CRITERIA),
    population=FILTER,
)
TIER_VERSION = shape(("definition",), definition=TIER_DEFINITION, effective_on=DAY)
TIER_SCHEME = shape(
    ("key", "name"),
    key=text(30, pattern="^[a-z][a-z0-9_]*$"),
    name=text(60, minLength=1),
    name_en=text(60),
    writes_tier=YES_NO,
)

# Approvals --------------------------------------------------------------------------------------------------------

_WHO = shape(
    ("by",),
    by={"type": "string", "enum": list(WAYS)},
    people=listed(ID, MOST_PEOPLE),
    role=text(60),
    level=whole(0, MOST_LEVELS),
)
_STEP = shape(
    ("name", "who"),
    name=text(60),
    name_en=text(60),
    who=listed(_WHO, MOST_PEOPLE, 1),
    need={"type": "string", "enum": list(NEEDS)},
    share=whole(1, MOST_PEOPLE),
    beside=YES_NO,
    when=FILTER,
    hours={"type": ["integer", "null"], "minimum": 1, "maximum": MOST_STEP_HOURS},
    late={"type": "string", "enum": list(LATE)},
)
FLOW_DEFINITION = shape(
    ("steps",),
    steps=listed(_STEP, MOST_STEPS, 1),
    when=FILTER,
    asker=FILTER,
    covers=listed(text(60), 200),
    fallback=listed(_WHO, MOST_PEOPLE),
    may_self=YES_NO,
)
FLOW_VERSION = shape(("definition",), definition=FLOW_DEFINITION, effective_on=DAY)
_FLOW: dict[str, Schema] = {"name": text(60, minLength=1), "name_en": text(60), "order": whole(0, 10_000)}
FLOW = shape(("object", "kind", "name"), object=text(60), kind=text(40), **_FLOW)
FLOW_CHANGE = shape((), **_FLOW, is_active=YES_NO)

# Mail -------------------------------------------------------------------------------------------------------------

MAIL_SERVER = shape(
    (),
    host=text(253),
    port=whole(1, 65_535),
    security={"type": "string", "enum": Security.values},
    username=text(254),
    password={**text(254), "writeOnly": True},
    certificate=text(100_000),
    sender=text(254),
    sender_name=text(80),
    reply_to=text(254),
    per_minute=whole(1, MOST_A_MINUTE),
    is_held=YES_NO,
)

# Web forms --------------------------------------------------------------------------------------------------------

_ASKED = shape(
    ("object", "key"),
    object={"type": "string", "enum": list(OBJECTS)},
    key=text(60),
    label=text(200),
    label_en=text(200),
    help=text(400),
    help_en=text(400),
    required=YES_NO,
)
FACE = shape(
    ("title", "fields"),
    **{name: text(most) for key, most in TEXTS.items() for name in (key, f"{key}_en")},
    fields=listed(_ASKED, MOST_FIELDS, 1),
)
