"""Links by which a customer checks their own data: made, used, revoked; what they say comes to the owner as proposals."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.rights import require_privilege
from zhike.domain.collection.face import askable
from zhike.domain.collection.models import CheckLink, CheckRules
from zhike.domain.collection.models.proposal import ProposalSource
from zhike.domain.collection.notices import CONFIRMED
from zhike.domain.collection.services.proposing import as_stored, propose
from zhike.domain.customers.models import Customer
from zhike.engines.exporting.services import export_note
from zhike.engines.verification.marking import confirm
from zhike.engines.verification.models import Means
from zhike.metadata import notices, policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.fields.base import Field
from zhike.metadata.notices import Notice
from zhike.metadata.object_type import Values
from zhike.metadata.setting_log import log_setting
from zhike.metadata.storage import storage
from zhike.metadata.undo import stored

#: 192 bits.
SECRET_BYTES = 24
MOST_DAYS, MOST_USES, MOST_AT_ONCE = 90, 20, 5_000
DEFAULT_FIELDS = ("name", "phones", "emails", "wechat", "website", "address", "legal_name", "legal_representative")
RULES = 1

UNKNOWN = Problem("unknown_field", _("One of the fields cannot be shown outside."))
NO_FIELD = Problem("required", _("Choose at least one field."))
BAD_DAYS = Problem("out_of_range", _("Between 1 and 90 days."))
BAD_USES = Problem("out_of_range", _("Between 1 and 20 times."))
TOO_MANY = Problem("too_many", _("At most 5,000 customers at once."))


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link just made: the secret is known now and never again."""

    customer_id: int
    secret: str
    expires_at: datetime


def rules() -> CheckRules:
    found = CheckRules.objects.filter(pk=RULES).first()
    return found or CheckRules(pk=RULES, fields=list(DEFAULT_FIELDS))


def rules_save(keys: Sequence[str], days: int, most_uses: int, *, actor: Actor) -> None:
    """Which fields customers see, and how long a link works. Raises Denied or Invalid."""
    require_privilege(actor, "settings")
    known = {field.key for field in askable("customer")}
    problems: dict[str, list[Problem]] = {}
    if not keys or not set(keys) <= known:
        problems["fields"] = [NO_FIELD if not keys else UNKNOWN]
    if not 1 <= days <= MOST_DAYS:
        problems["days"] = [BAD_DAYS]
    if not 1 <= most_uses <= MOST_USES:
        problems["most_uses"] = [BAD_USES]
    if problems:
        raise Invalid(problems)
    with storage().write_transaction():
        before = rules()
        values = {"fields": list(dict.fromkeys(keys)), "days": days, "most_uses": most_uses}
        CheckRules.objects.update_or_create(pk=RULES, defaults=values)
        told = {key: (getattr(before, key), value) for key, value in values.items() if getattr(before, key) != value}
        log_setting("check_rules", RULES, told, label=str(_("Self-update by customers")), actor=actor)


def shown_fields() -> list[Field]:
    """Fields that customers see of their own data, in the order of the descriptor: never what we think of them."""
    wanted = set(rules().fields)
    return [field for field in askable("customer") if field.key in wanted]


def links_make(ids: Sequence[int], *, actor: Actor) -> list[MadeLink]:
    """One link for each of the customers that the actor may change, in two statements. Raises Denied, NotFound when a customer
    is out of reach, or Invalid for too many."""
    customer = registry.get("customer")
    policy.require(actor, customer, "edit")
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid({"": [TOO_MANY]})
    reached = set(policy.queryset_for(actor, customer, "edit").filter(pk__in=wanted).values_list("pk", flat=True))
    for missing in (pk for pk in wanted if pk not in reached):
        raise NotFound("customer", missing)
    ruled, now = rules(), timezone.now()
    until = now + timedelta(days=ruled.days)
    made = [MadeLink(pk, secrets.token_urlsafe(SECRET_BYTES), until) for pk in wanted]
    with storage().write_transaction():
        CheckLink.objects.bulk_create(
            (
                CheckLink(
                    customer_id=link.customer_id,
                    digest=digest_of(link.secret),
                    made_at=now,
                    made_by_id=actor.user_id,
                    expires_at=until,
                    most_uses=ruled.most_uses,
                )
                for link in made
            ),
            batch_size=500,
        )
    return made


def links_take_out(ids: Sequence[int], *, actor: Actor) -> list[MadeLink]:
    """``links_make`` for who takes the addresses elsewhere, which is an export: needs that right too, and is logged as one."""
    customer = registry.get("customer")
    with storage().write_transaction():
        made = links_make(ids, actor=actor)
        within = policy.queryset_for(actor, customer, "export").filter(pk__in=[link.customer_id for link in made])
        if within.count() < len(made):
            raise Denied("customer", "export")
        export_note(
            customer,
            actor=actor,
            columns=["id", "self_update_link"],
            filter={"field": "id", "op": "in", "value": [link.customer_id for link in made]},
            rows=len(made),
        )
    return made


def digest_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def links_of(customer_id: int, *, limit: int = 20) -> list[CheckLink]:
    rows = CheckLink.objects.filter(customer=customer_id).select_related("made_by").order_by("-made_at", "-pk")
    return list(rows[:limit])


def link_revoke(customer_id: int, link_id: int, *, actor: Actor) -> None:
    """End a link at once. Raises Denied or NotFound."""
    customer = registry.get("customer")
    policy.require(actor, customer, "edit")
    if not policy.queryset_for(actor, customer, "edit").filter(pk=customer_id).exists():
        raise NotFound("customer", customer_id)
    with storage().write_transaction():
        rows = CheckLink.objects.filter(pk=link_id, customer=customer_id)
        if not rows.exists():
            raise NotFound("check_link", link_id)
        rows.filter(revoked_at=None).update(revoked_at=timezone.now())


def link_by(secret: str) -> CheckLink | None:
    """The link, if it still works: known, not revoked, not expired, not used up, and its customer is there."""
    found: CheckLink | None = _working().filter(digest=digest_of(secret)).first()
    return found


def _working() -> Any:
    return CheckLink.objects.filter(
        revoked_at=None, expires_at__gt=timezone.now(), uses__lt=F("most_uses"), customer__deletion__isnull=True
    )


def values_shown(link: CheckLink) -> Values:
    """Today's plain values of what the customer sees."""
    found = stored(registry.get("customer"), [link.customer_id]).get(link.customer_id, {})
    return {field.key: found.get(field.key) for field in shown_fields()}


def answer(link: CheckLink, values: Mapping[str, Any]) -> bool:
    """Take in what the customer sent, by field key as plain values; False when the link ended meanwhile.

    What differs is proposed to the owner, and counts as confirmed once it is taken over; what is as it was counts at once.
    """
    customer = registry.get("customer")
    with storage().write_transaction():
        # The update decides who of two gets the last use.
        if not _working().filter(pk=link.pk).update(uses=F("uses") + 1, used_at=timezone.now()):
            return False
        before = values_shown(link)
        given = {key: value for key, value in values.items() if key in before}
        same = [
            key
            for key, value in given.items()
            if as_stored(customer.field(key), value) == as_stored(customer.field(key), before[key])
            and before[key] is not None
        ]
        confirm(customer, {link.customer_id: same}, means=Means.LINK, by=None)
        title = str(_("customer self-update"))
        proposed = propose(link.customer_id, given, source=ProposalSource.SELF_UPDATE, title=title, replaces=True)
        owner = Customer.objects.filter(pk=link.customer_id).values_list("owner_id", flat=True).first()
        if proposed is None and owner is not None:
            told = Notice(CONFIRMED.key, (owner,), "customer", link.customer_id, once=f"check:{link.pk}:{link.uses}")
            notices.send([told])
    return True
