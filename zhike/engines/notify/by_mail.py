"""Notifications by mail too: gathered, in the reader's language, and only what the reader may still see and has not read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from zhike.accounts.actors import actor_for_id
from zhike.accounts.models import User
from zhike.engines.mail.people import Letter, Line, mail_to_person
from zhike.engines.mail.server import mail_server
from zhike.engines.notify.models import MailPreference, Notification
from zhike.engines.notify.services import Told, is_visible, label, told
from zhike.jobs.scheduler import scheduled
from zhike.metadata import notices
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import Denied, Invalid, Problem
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage

#: Choices of how often, in minutes.
INTERVALS = {
    5: gettext_lazy("every 5 minutes"),
    30: gettext_lazy("every 30 minutes"),
    60: gettext_lazy("every hour"),
    240: gettext_lazy("every 4 hours"),
    1440: gettext_lazy("once a day"),
}
#: A mail lists no more.
MOST_LISTED = 30
BAD_INTERVAL = Problem("unknown_choice", gettext_lazy("Choose how often the mail comes."))


def preference_of(user_id: int) -> MailPreference:
    """What the person has chosen; nothing by mail until they choose."""
    return MailPreference.objects.filter(pk=user_id).first() or MailPreference(user_id=user_id)


def preference_save(kinds: Collection[str], every_minutes: int, *, actor: Actor) -> None:
    """Choose what comes by mail, for oneself. What happened before is not mailed. Raises Denied or Invalid."""
    if actor.user_id is None or actor.token_scopes is not None:
        raise Denied("user", "profile")
    if every_minutes not in INTERVALS:
        raise Invalid({"mail_every": [BAD_INTERVAL]})
    with storage().write_transaction():
        stored = preference_of(actor.user_id)
        if not stored.kinds:
            last = Notification.objects.filter(user_id=actor.user_id).aggregate(last=Max("pk"))["last"]
            stored.mailed_through = last or 0
        stored.kinds = sorted(set(kinds) & notices.kinds.keys())
        stored.every_minutes = every_minutes
        stored.save()


@scheduled("notify.by_mail", every=60)
def mail_digests() -> None:
    """Look once a minute who wants a mail and has something new to be told of; one query finds them."""
    if mail_server() is None:
        return
    now = timezone.now()
    news = Notification.objects.filter(
        user_id=OuterRef("user_id"), pk__gt=OuterRef("mailed_through"), read_at__isnull=True
    )
    for preference in MailPreference.objects.filter(Exists(news)).exclude(kinds=[]):
        wait = timedelta(minutes=preference.every_minutes)
        if preference.mailed_at is None or preference.mailed_at <= now - wait:
            digest_send(preference)


def digest_send(preference: MailPreference) -> None:
    """One mail about what is new, if the person is here and may see any of it; and the place up to which that was done."""
    rows = Notification.objects.filter(
        user_id=preference.pk, pk__gt=preference.mailed_through, read_at__isnull=True, kind__in=preference.kinds
    )
    found = list(rows.order_by("pk")[: MOST_LISTED + 1])
    user = User.objects.filter(pk=preference.pk, deletion__isnull=True).first()
    actor = actor_for_id(preference.pk)
    if not found or user is None or actor is None:
        return
    reader = actor

    def write() -> Letter:
        context = context_for(reader)
        label(found, context)
        return letter([told(row, context) for row in found if is_visible(row, context)], len(found) > MOST_LISTED)

    context = context_for(reader)
    label(found, context)
    is_seen = any(is_visible(row, context) for row in found)
    with storage().write_transaction():
        # What was looked at counts as done, whether or not it led to a mail.
        through, now = found[-1].pk, timezone.now()
        mine = MailPreference.objects.filter(pk=preference.pk, mailed_through=preference.mailed_through)
        if len(found) > MOST_LISTED:
            through = rows.aggregate(last=Max("pk"))["last"]
        if mine.update(mailed_through=through, mailed_at=now) and is_seen:
            mail_to_person(user, write, key=f"digest:{user.pk}:{through}", actor=SYSTEM)


def letter(listed: list[Told], more: bool) -> Letter:
    """The mail about these notifications, the sentences as the bell has them."""
    shown = listed[:MOST_LISTED]
    count = len(shown)
    return Letter(
        subject=shown[0].text
        if count == 1
        else ngettext("%(count)s message", "%(count)s messages", count) % {"count": count},
        opening=ngettext("This is new:", "These are new:", count),
        lines=[
            Line(one.text, one.url, date_format(timezone.localtime(one.at), "SHORT_DATETIME_FORMAT")) for one in shown
        ],
        closing=_("There is more under the bell.") if more else _("What comes by mail is chosen under “My account”."),
    )
