"""The note to each successor: a notification, and a mail where mail is set up."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from zhike.accounts.models import User
from zhike.engines.hand_over.models import HandOver
from zhike.engines.hand_over.parts import Part, parts
from zhike.engines.mail.people import Letter, Line, mail_to_person
from zhike.engines.mail.server import mail_server
from zhike.metadata import notices
from zhike.metadata.actor import Actor
from zhike.metadata.notices import Notice, NoticeKind

HANDED_OVER = notices.register(
    NoticeKind(
        "handed_over",
        gettext_lazy("A colleague's records are handed over to me"),
        gettext_lazy("%(actor)s handed %(count)s records of “%(title)s” over to you. %(note)s"),
        icon="switch-horizontal",
    )
)
notices.quiet_sources.add("hand_over")


def tell_successors(found: HandOver, counts: Mapping[str, Mapping[str, int]], *, actor: Actor) -> None:
    """Tell everybody who got something what it is, once, in the transaction that ends the work."""
    if found.told_at is not None:
        return
    found.told_at = timezone.now()
    got: dict[int, dict[str, int]] = {}
    for key, shares in counts.items():
        for user_id, count in shares.items():
            got.setdefault(int(user_id), {})[key] = count
    notices.send(
        [
            Notice(
                HANDED_OVER.key,
                (user_id,),
                "user",
                found.person_id,
                actor_id=actor.user_id,
                params={"count": sum(listed.values()), "note": found.note},
                once=f"hand_over:{found.pk}",
            )
            for user_id, listed in got.items()
        ]
    )
    if mail_server() is None:
        return
    for user in User.objects.filter(pk__in=got, deletion__isnull=True):
        write = partial(_letter, found, got[user.pk], actor.name)
        mail_to_person(user, write, key=f"hand_over:{found.pk}:{user.pk}", actor=actor)


def _letter(found: HandOver, listed: Mapping[str, int], giver: str) -> Letter:
    known: Mapping[str, Part] = parts()
    return Letter(
        subject=_("Handed over to you: records of %(name)s") % {"name": found.person.name},
        opening=_("%(actor)s handed records of %(name)s over to you: %(reason)s.")
        % {"actor": giver, "name": found.person.name, "reason": found.reason},
        lines=[
            Line(f"{known[key].name}: {count}", f"/o/{known[key].object_type.slug}/")
            for key, count in listed.items()
            if key in known
        ],
        closing=found.note,
    )
