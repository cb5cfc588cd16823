"""What the mail engine itself has against sending: addresses that do not exist, and people who are gone."""

from __future__ import annotations

from zhike.accounts.models import User
from zhike.engines.mail.models import BadAddress
from zhike.engines.mail.words import MAILS
from zhike.metadata.outbound import Outgoing, Refusal, check


@check(bad_address=MAILS["bad_address"])
def address_exists(message: Outgoing) -> Refusal | None:
    """Its server has said that there is nobody."""
    gone = message.channel == "mail" and BadAddress.objects.filter(address=message.address.lower()).exists()
    return Refusal("bad_address") if gone else None


@check(person_closed=MAILS["person_closed"])
def person_is_here(message: Outgoing) -> Refusal | None:
    """Who has left gets nothing of the house any more, even if it was queued while they were here."""
    if message.user_id is None:
        return None
    user = User.objects.filter(pk=message.user_id).first()
    return None if user is not None and user.is_usable() else Refusal("person_closed")
