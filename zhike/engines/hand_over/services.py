"""Starting a hand-over, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from zhike.accounts.models import User
from zhike.engines.hand_over.models import HandOver
from zhike.engines.hand_over.parts import parts_for
from zhike.engines.hand_over.planning import Rule, check_rule
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.storage import storage

RUN = "hand_over.run"
UNDO = "hand_over.undo"
UNDO_FOR = timedelta(days=30)

SAY_WHY = Problem("required", gettext_lazy("Please say why."))
NOTHING = Problem("required", gettext_lazy("Choose what is handed over."))
NOTHING_THERE = Problem("nothing", gettext_lazy("There is nothing of this person that you may hand over."))
UNDER_WAY = Problem("under_way", gettext_lazy("A hand-over of this person is under way: wait until it is over."))
TOO_LATE = Problem("too_late", gettext_lazy("This hand-over has been taken back already, or is too old."))


def person_for(user_id: int, *, actor: Actor) -> User:
    """A colleague whose records the actor may perhaps hand over. Raises Denied or NotFound."""
    policy.require(actor, registry.get("customer"), "assign")
    if not policy.queryset_for(actor, registry.get("user")).filter(pk=user_id).exists():
        raise NotFound("user", user_id)
    return User.objects.get(pk=user_id)


def hand_over_start(
    user_id: int, rule: Rule, keys: Sequence[str], *, reason: str, note: str = "", actor: Actor
) -> HandOver:
    """Hand over the parts ``keys`` of a person by the rule, as a job. The actor's right to assign decides record by record.

    Raises Denied, NotFound, Invalid or BadQuery.
    """
    person = person_for(user_id, actor=actor)
    check_rule(rule, person.pk, actor=actor)
    known = parts_for(actor)
    chosen = [key for key in known if key in set(keys)]
    if not chosen or len(chosen) != len(set(keys)):
        raise Invalid({"parts": [NOTHING]})
    if not reason.strip():
        raise Invalid({"reason": [SAY_WHY]})
    if not any(known[key].query(person.pk, actor, department_id=person.department_id).ids(1) for key in chosen):
        raise Invalid({"parts": [NOTHING_THERE]})
    with storage().write_transaction():
        storage().lock_key(f"hand_over:{person.pk}")
        if is_under_way(person.pk):
            raise Invalid({"": [UNDER_WAY]})
        made = HandOver.objects.create(
            person=person,
            rule=rule.to_json(),
            parts=chosen,
            reason=" ".join(reason.split())[:200],
            note=note.strip()[:2000],
            created_at=timezone.now(),
            created_by_id=actor.user_id,
        )
        title = _("Hand-over: %(name)s") % {"name": person.name}
        made.job_id = enqueue(RUN, {"hand_over": made.pk}, actor_id=actor.user_id, message=title).pk
        made.save(update_fields=["job_id"])
    return made


def hand_overs_start(
    user_ids: Sequence[int], rule: Rule, keys: Sequence[str], *, reason: str, note: str = "", actor: Actor
) -> list[HandOver]:
    """Hand over the parts of several people by one rule, all or none; of several, those who have nothing are passed over.

    Raises Denied, NotFound, Invalid or BadQuery.
    """
    made = []
    with storage().write_transaction():
        for user_id in user_ids:
            try:
                made.append(hand_over_start(user_id, rule, keys, reason=reason, note=note, actor=actor))
            except Invalid as refusal:
                if len(user_ids) == 1 or refusal.problems != {"parts": [NOTHING_THERE]}:
                    raise
        if not made:
            raise Invalid({"parts": [NOTHING_THERE]})
    return made


def is_under_way(person_id: int) -> bool:
    """Whether a hand-over of the person is running, or being taken back."""
    rows = HandOver.objects.filter(person_id=person_id)
    ids = [pk for pair in rows.order_by("-pk").values_list("job_id", "undo_job_id")[:20] for pk in pair if pk]
    return Job.objects.filter(pk__in=ids, state__in=(Job.State.QUEUED, Job.State.RUNNING)).exists()


def hand_over_for(pk: int, *, actor: Actor) -> HandOver:
    """A hand-over that the actor started, or may audit. Raises NotFound."""
    found = HandOver.objects.select_related("person").filter(pk=pk).first()
    if found is None or (found.created_by_id != actor.user_id and not actor.has("audit")):
        raise NotFound("hand_over", pk)
    return found


def may_undo(found: HandOver, actor: Actor) -> bool:
    """Whoever started it may take it back once, for 30 days."""
    fresh = timezone.now() - found.created_at <= UNDO_FOR
    return found.created_by_id == actor.user_id and found.undo_job_id is None and fresh


def hand_over_undo(pk: int, *, actor: Actor) -> HandOver:
    """Give back what nobody has given on since, as a job. Raises NotFound, Denied or Invalid."""
    found = hand_over_for(pk, actor=actor)
    if found.created_by_id != actor.user_id:
        raise Denied("hand_over", "undo")
    with storage().write_transaction():
        storage().lock_key(f"hand_over:{found.person_id}")
        found.refresh_from_db()
        if not may_undo(found, actor):
            raise Invalid({"": [TOO_LATE]})
        if is_under_way(found.person_id):
            raise Invalid({"": [UNDER_WAY]})
        title = _("Take back: %(name)s") % {"name": found.person.name}
        found.undo_job_id = enqueue(UNDO, {"hand_over": pk}, actor_id=actor.user_id, message=title).pk
        found.save(update_fields=["undo_job_id"])
    return found
