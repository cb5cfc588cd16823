"""Choosing who gets the report by mail."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _, gettext_lazy

from zhike.accounts.models import User
from zhike.accounts.rights import require_privilege
from zhike.domain.risk.models import ReportReader
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.setting_log import log_setting
from zhike.metadata.storage import storage

NO_SUCH_PERSON = Problem("no_such_record", gettext_lazy("There is no such colleague, or the account is closed."))
SETTING = 1


def reader_ids() -> list[int]:
    """People in the order in which they were chosen."""
    return list(ReportReader.objects.order_by("pk").values_list("user_id", flat=True))


def readers_save(ids: Collection[int], *, actor: Actor) -> None:
    """Choose who gets the report by mail; each gets what they themselves see. Raises Denied or Invalid."""
    require_privilege(actor, "settings")
    wanted = set(ids)
    people = User.objects.filter(pk__in=wanted, deletion__isnull=True, is_active=True)
    if set(people.values_list("pk", flat=True)) != wanted:
        raise Invalid({"readers": [NO_SUCH_PERSON]})
    with storage().write_transaction():
        before = reader_ids()
        if set(before) == wanted:
            return
        ReportReader.objects.exclude(user_id__in=wanted).delete()
        ReportReader.objects.bulk_create(ReportReader(user_id=pk) for pk in sorted(wanted - set(before)))
        told = {"readers": (sorted(before), sorted(wanted))}
        log_setting("risk_readers", SETTING, told, label=_("Report on risk customers by mail"), actor=actor)
