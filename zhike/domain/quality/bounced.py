"""What a mail server's word tells of customers and contacts: an address that does not exist is invalid wherever it stands."""

from __future__ import annotations

from zhike.engines.duplicates.finding import ids_with_mail
from zhike.engines.mail.bounces import Bounce, on_bounce
from zhike.engines.verification.marking import Finding, values_held, write_findings
from zhike.engines.verification.models import Means, State
from zhike.engines.verification.verifiable import verifiable_fields
from zhike.metadata import registry

NOTE_LENGTH = 200


@on_bounce
def follow_bounce(bounce: Bounce) -> None:
    """Mark the address invalid; in the transaction that notes it with the mail."""
    for object_type in registry.all_types():
        keys = [field.key for field in verifiable_fields(object_type) if field.type.key == "email"]
        ids = ids_with_mail(object_type, bounce.address) if keys else []
        findings = [
            Finding(pk, key, text, State.INVALID, " ".join(bounce.answer.split())[:NOTE_LENGTH])
            for (pk, key), texts in (values_held(object_type, ids, keys) if ids else {}).items()
            for text in texts
            if text.lower() == bounce.address
        ]
        if findings:
            write_findings(object_type, findings, means=Means.MAIL, by=None, at=bounce.at)
