"""What people do with targets: a button, a bulk choice and an endpoint."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.targets.models import SalesTarget
from zhike.domain.targets.services.splitting import Like, Way, target_split
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.fields.choice_option import choices_from_pairs

registry.action(
    SalesTarget,
    key="split",
    label=pgettext_lazy("target", "Split"),
    permission="edit",
    icon="hierarchy",
    arguments=(
        Field(
            key="way",
            type=field_type("choice"),
            label=_("among"),
            required=True,
            options={"choices": choices_from_pairs(Way.choices, {})},
        ),
        Field(
            key="like",
            type=field_type("choice"),
            label=_("by which shares"),
            required=True,
            default=Like.EVENLY.value,
            options={"choices": choices_from_pairs(Like.choices, {})},
        ),
    ),
)(target_split)
