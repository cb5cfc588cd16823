"""The notices that approvals send, and the reasons for which they refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.metadata import notices
from zhike.metadata.errors import Problem
from zhike.metadata.notices import NoticeKind

NOBODY = Problem(
    "nobody_to_ask", _("There is nobody who could decide this. Ask an administrator to name a manager for you.")
)
ASKED_ALREADY = Problem("asked_already", _("You have asked for this already; the answer is still to come."))
RUNNING_ALREADY = Problem("running_already", _("An approval of this runs already; the answer is still to come."))
NOT_NEEDED = Problem("not_needed", _("No flow asks for a word about this record as it stands."))
DECIDED_ALREADY = Problem(
    "decided_already", _("This approval is no longer open: somebody else decided, or it was withdrawn.")
)
SAY_WHY = Problem("required", _("Please say why, so that the other person knows what to do."))
NOT_ANOTHER = Problem("not_another", _("Choose somebody else who can sign in and is not asked already."))
NO_SELF = Problem("no_self", _("Nobody decides about their own matter: choose somebody else."))

ASKED = notices.register(
    NoticeKind("approval_asked", _("Somebody asks me to decide"), _("%(actor)s asks you: %(title)s"), icon="message-2")
)
REMINDER = notices.register(
    NoticeKind(
        "approval_reminder",
        _("An approval still waits for me"),
        _("Still waiting for your word: %(title)s"),
        icon="hourglass",
    )
)
GRANTED = notices.register(
    NoticeKind("approval_granted", _("My request is granted"), _("%(actor)s granted: %(title)s"), icon="circle-check")
)
REFUSED = notices.register(
    NoticeKind("approval_refused", _("My request is refused"), _("%(actor)s refused: %(title)s"), icon="circle-x")
)
RETURNED = notices.register(
    NoticeKind(
        "approval_returned",
        _("My request came back to me"),
        _("%(actor)s returned: %(title)s"),
        icon="arrow-back-up",
    )
)
EXPIRED = notices.register(
    NoticeKind(
        "approval_expired", _("My request has timed out"), _("Nobody answered in time: %(title)s"), icon="hourglass"
    )
)
