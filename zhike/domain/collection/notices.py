"""The notices of collection."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.metadata import notices
from zhike.metadata.notices import NoticeKind

ARRIVED = notices.register(
    NoticeKind(
        key="form_arrived",
        label=_("Something arrived by a web form"),
        text=_("%(title)s: arrived by the form “%(form)s”"),
        icon="inbox",
    )
)
PROPOSED = notices.register(
    NoticeKind(
        key="change_proposed",
        label=_("Changes of a customer of yours are proposed"),
        text=_("%(title)s: changes to decide about"),
        icon="switch-horizontal",
    )
)
CONFIRMED = notices.register(
    NoticeKind(
        key="data_confirmed",
        label=_("A customer of yours confirmed their data"),
        text=_("%(title)s confirmed their data"),
        icon="circle-check",
    )
)
