"""Business cards by photo: the picture is taken in, read by the worker, and saved once a person has confirmed each field."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from zhike.domain.customers.choices import CustomerKind, Source
from zhike.engines.files.pictures import reduced
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRefused, JobRun
from zhike.jobs.scheduler import scheduled
from zhike.jobs.tidying import KEPT_FOR
from zhike.lib.business_cards import read_card
from zhike.lib.text_recognition import NoRecogniser, read_lines
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.records import Origin, record_save
from zhike.metadata.storage import storage

KIND = "card"
MOST_BYTES = 15 * 1024 * 1024
NOT_A_PICTURE = Problem(
    "not_a_picture", gettext_lazy("This is not a picture that can be read: take a photo as JPEG, PNG or WebP.")
)
TOO_LARGE = Problem("too_large", gettext_lazy("The picture is larger than 15 MB."))
NOT_CONFIRMED = Problem("not_confirmed", gettext_lazy("Compare it with the card and tick it, or empty the field."))
#: Fields of the form, in their order on a card; each stands in the record that it names.
ON_CUSTOMER = {"firm": "name", "address": "address", "website": "website"}
ON_CONTACT = {"name": "name", "job_title": "job_title", "phones": "phones", "emails": "emails", "wechat": "wechat"}
FIELDS = (*ON_CONTACT, *ON_CUSTOMER, "note")


def directory() -> Path:
    """Where pictures of cards lie until their job is forgotten."""
    found = Path(settings.DATA_DIR) / "cards"
    found.mkdir(parents=True, exist_ok=True)
    return found


def require_cards(actor: Actor) -> None:
    """Who may make a customer and a contact may take cards in; raises Denied."""
    policy.require(actor, registry.get("customer"), "create")
    policy.require(actor, registry.get("contact"), "create")


def may_take_cards(actor: Actor) -> bool:
    return all(policy.may(actor, registry.get(key), "create") for key in ("customer", "contact"))


def card_take(data: bytes, *, actor: Actor) -> Job:
    """Keep a photo, drawn anew (so nothing hidden in it stays: no place, no script), and queue its reading.

    Raises Denied, and Invalid for what is too large, no picture, or claims more points than a camera has.
    """
    require_cards(actor)
    if len(data) > MOST_BYTES:
        raise Invalid({"photo": [TOO_LARGE]})
    picture = reduced(BytesIO(data), "picture")
    if picture is None:
        raise Invalid({"photo": [NOT_A_PICTURE]})
    name = f"{secrets.token_hex(16)}.webp"
    (directory() / name).write_bytes(picture)
    return enqueue(KIND, {"picture": name}, actor_id=actor.user_id, message=_("Business card"))


def own_card(job_id: int, *, actor: Actor) -> Job:
    """A card that the actor took; raises NotFound."""
    found = Job.objects.filter(pk=job_id, kind=KIND, actor_id=actor.user_id or 0).first()
    if found is None:
        raise NotFound(KIND, job_id)
    return found


def picture_path(found: Job) -> Path:
    return directory() / Path(str(found.params["picture"])).name


@job(KIND, attempts=2)
def card_read(run: JobRun) -> dict[str, Any]:
    """Read the picture; returns what the card says by field."""
    path = directory() / Path(str(run.params["picture"])).name
    if not path.exists():
        raise JobRefused(_("The picture is no longer there; take it once more."))
    try:
        card = read_card(read_lines(path.read_bytes()))
    except NoRecogniser as refusal:
        raise JobRefused(_("Nothing that reads pictures is installed on this server.")) from refusal
    return {"card": asdict(card)}


def recognised(found: Job) -> dict[str, str]:
    """What the form is filled with, by field; "" where the card says nothing or was not read."""
    told = found.result.get("card", {}) if isinstance(found.result, dict) else {}
    listed = {"phones": [*told.get("mobiles", ()), *told.get("phones", ())], "emails": told.get("emails", ())}
    values = {key: "; ".join(listed[key]) if key in listed else str(told.get(key) or "") for key in FIELDS}
    return {**values, "note": "\n".join(told.get("rest", ()))}


def saved_customer(found: Job) -> int | None:
    """The customer that the card became, if it did."""
    told = found.result.get("customer") if isinstance(found.result, dict) else None
    return int(told) if told else None


def card_save(
    job_id: int, values: Mapping[str, str], *, confirmed: frozenset[str], customer: int | None, actor: Actor
) -> int:
    """Save the confirmed fields as contact and customer (or as contact of ``customer``) and return the customer's id.

    A card is saved once: a second time gives the first customer. Without a firm the person is the customer.
    Raises Denied, NotFound, and Invalid by field of the form.
    """
    require_cards(actor)
    own_card(job_id, actor=actor)
    given = {key: text for key in FIELDS if (text := values.get(key, "").strip())}
    problems = {key: [NOT_CONFIRMED] for key in given if key not in confirmed}
    if not given.get("name") and not given.get("firm"):
        problems["name"] = [Problem("required", _("A name or a firm is needed."))]
    if problems:
        raise Invalid(problems)
    with storage().write_transaction():
        found = Job.objects.select_for_update().get(pk=job_id)
        if (earlier := saved_customer(found)) is not None:
            return earlier
        origin = Origin("card", _("Business card"))
        made = customer if customer is not None else _customer(given, actor, origin)
        if given.get("name") and (given.get("firm") or customer is not None):
            _contact(given, made, actor, origin)
        Job.objects.filter(pk=job_id).update(
            result={**(found.result if isinstance(found.result, dict) else {}), "customer": made}
        )
    return made


def _customer(given: Mapping[str, str], actor: Actor, origin: Origin) -> int:
    is_person = not given.get("firm")
    values: dict[str, Any] = {ON_CUSTOMER[key]: given[key] for key in ON_CUSTOMER if key in given}
    values |= {"kind": CustomerKind.PERSON if is_person else CustomerKind.COMPANY, "source": Source.CARD}
    if is_person:
        values |= {ON_CONTACT[key]: given[key] for key in ("name", "phones", "emails", "wechat") if key in given}
        values |= {"occupation": given.get("job_title"), "note": given.get("note")}
    names = {column: key for key, column in (*(ON_CONTACT.items() if is_person else ()), *ON_CUSTOMER.items())}
    if is_person:
        names["name"] = "name"
    return _saved("customer", values, names, actor, origin)


def _contact(given: Mapping[str, str], customer: int, actor: Actor, origin: Origin) -> int:
    values = {ON_CONTACT[key]: given[key] for key in ON_CONTACT if key in given}
    names = {column: key for key, column in ON_CONTACT.items()}
    return _saved("contact", {**values, "customer": customer, "note": given.get("note")}, names, actor, origin)


def _saved(object_key: str, values: Mapping[str, Any], names: Mapping[str, str], actor: Actor, origin: Origin) -> int:
    """Save a record; what is wrong is told by field of the form."""
    try:
        return record_save(registry.get(object_key), values, actor=actor, origin=origin)
    except Invalid as refusal:
        raise Invalid(
            {names.get(key, "note" if key == "note" else ""): found for key, found in refusal.problems.items()}
        ) from refusal


@scheduled("old cards", daily_at="03:35")
def remove_old_pictures() -> None:
    """Pictures go with their jobs."""
    oldest = (timezone.now() - KEPT_FOR).timestamp()
    for path in directory().iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
