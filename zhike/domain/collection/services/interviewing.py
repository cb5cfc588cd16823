"""Interviewing customers by phone: begun, interrupted, taken up again, and written down at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from zhike.domain.collection.models import InterviewRun, Script
from zhike.domain.collection.models.proposal import ProposalSource
from zhike.domain.collection.scripts import checked, next_number
from zhike.domain.collection.services.proposing import as_stored, propose
from zhike.engines.verification.marking import confirm
from zhike.engines.verification.models import Means
from zhike.metadata import policy, records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.filters import compile_filter
from zhike.metadata.records import Origin
from zhike.metadata.saving import context_for
from zhike.metadata.setting_log import log_setting
from zhike.metadata.storage import storage
from zhike.metadata.undo import stored

SOURCE = "interview"
LONGEST_ANSWER = 4_000

NOT_THERE = Problem("unknown_choice", gettext_lazy("Choose one of the answers."))
TOO_LONG = Problem("too_long", gettext_lazy("At most 4,000 characters."))
NOT_NOW = Problem("decided", gettext_lazy("This question is not the one to ask now: go on from the page."))
NOT_OVER = Problem("not_over", gettext_lazy("There are questions left to ask."))
NOTHING_ASKED = Problem("no_question", gettext_lazy("The script has no questions yet."))


def find_script(script_id: int, *, actor: Actor, action: str = "view") -> Script:
    """The script within reach; raises Denied or NotFound."""
    described = registry.get("script")
    policy.require(actor, described, action)
    rows: Any = policy.queryset_for(actor, described, action)
    found: Script | None = rows.filter(pk=script_id).first()
    if found is None:
        raise NotFound("script", script_id)
    return found


def questions_save(script_id: int, raw: Sequence[Mapping[str, Any]], *, actor: Actor) -> None:
    """Keep the questions; runs that have begun go on with theirs. Raises Denied, NotFound or Invalid."""
    script = find_script(script_id, actor=actor, action="edit")
    questions = checked(raw)
    with storage().write_transaction():
        before = Script.objects.select_for_update(no_key=True).get(pk=script.pk).questions
        if before == questions:
            return
        Script.objects.filter(pk=script.pk).update(questions=questions)
        log_setting("script_questions", script.pk, {"questions": (before, questions)}, label=script.name, actor=actor)


def waiting(script: Script, *, actor: Actor, after: int = 0, limit: int = 50) -> list[tuple[int, str]]:
    """Customers whom the actor sees, whom the script is for, and whom nobody has interviewed with it: (id, name) by id."""
    rows: Any = policy.queryset_for(actor, registry.get("customer"))
    if script.filter:
        rows = rows.filter(compile_filter(registry.get("customer"), script.filter, context_for(actor)))
    done = InterviewRun.objects.filter(script=script, customer=OuterRef("pk"), finished_at__isnull=False)
    rows = rows.filter(~Exists(done), pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", "name")[:limit])


def begin(script_id: int, customer_id: int, *, actor: Actor) -> InterviewRun:
    """The actor's open interview of the customer, a new one where there is none. Raises Denied, NotFound or Invalid."""
    script = find_script(script_id, actor=actor)
    _require(customer_id, actor=actor)
    if actor.user_id is None:
        raise Denied("interaction", "create")
    if not script.questions or not script.is_active:
        raise Invalid({"": [NOTHING_ASKED]})
    with storage().write_transaction():
        storage().lock_key(f"interview:{script.pk}:{customer_id}:{actor.user_id}")
        mine = InterviewRun.objects.filter(script=script, customer=customer_id, by=actor.user_id, finished_at=None)
        return mine.first() or InterviewRun.objects.create(
            script=script,
            customer_id=customer_id,
            by_id=actor.user_id,
            questions=script.questions,
            started_at=timezone.now(),
        )


def _require(customer_id: int, *, actor: Actor) -> None:
    policy.require(actor, registry.get("interaction"), "create")
    if not policy.queryset_for(actor, registry.get("customer")).filter(pk=customer_id).exists():
        raise NotFound("customer", customer_id)


def find_run(run_id: int, *, actor: Actor) -> InterviewRun:
    """One's own interview of a customer within reach; raises Denied or NotFound."""
    run = InterviewRun.objects.select_related("script", "customer").filter(pk=run_id, by=actor.user_id or 0).first()
    if run is None:
        raise NotFound("interview", run_id)
    _require(run.customer_id, actor=actor)
    return run


def answer(run_id: int, number: int, value: Any, *, actor: Actor) -> None:
    """Keep the answer to the question that is asked now, as a JSON value of its field or as text; None skips it. Raises as
    ``find_run``, or Invalid."""
    with storage().write_transaction():
        run = _locked(run_id, actor=actor)
        if run.finished_at is not None or next_number(run.questions, run.answers) != number:
            raise Invalid({"": [NOT_NOW]})
        question = run.questions[number - 1]
        if (
            value is not None
            and question["choices"]
            and value not in [choice["text"] for choice in question["choices"]]
        ):
            raise Invalid({"answer": [NOT_THERE]})
        if isinstance(value, str) and len(value) > LONGEST_ANSWER:
            raise Invalid({"answer": [TOO_LONG]})
        InterviewRun.objects.filter(pk=run.pk).update(answers=[*run.answers, [number, value]])


def back(run_id: int, *, actor: Actor) -> None:
    """Take the last answer back. Raises as ``find_run``."""
    with storage().write_transaction():
        run = _locked(run_id, actor=actor)
        if run.finished_at is None:
            InterviewRun.objects.filter(pk=run.pk).update(answers=run.answers[:-1])


def _locked(run_id: int, *, actor: Actor) -> InterviewRun:
    find_run(run_id, actor=actor)
    rows = InterviewRun.objects.select_for_update(of=("self",), no_key=True).select_related("script")
    return rows.get(pk=run_id)


def finish(run_id: int, *, actor: Actor) -> None:
    """Write the interview down as a call; what was said of fields goes to the customer, or to its owner as a proposal where the
    actor may not change it. Raises as ``find_run``, or Invalid."""
    customer = registry.get("customer")
    with storage().write_transaction():
        run = _locked(run_id, actor=actor)
        if run.finished_at is not None:
            return
        if next_number(run.questions, run.answers):
            raise Invalid({"": [NOT_OVER]})
        origin = Origin(SOURCE, run.script.name)
        told = {
            "customer": run.customer_id,
            "channel": "call",
            "happened_at": timezone.now(),
            "content": in_words(run, actor=actor),
            "owner": actor.user_id,
        }
        records.record_save(registry.get("interaction"), told, actor=actor, origin=origin)
        said = field_values(run)
        before = stored(customer, [run.customer_id]).get(run.customer_id, {})
        fields = customer.fields
        given = {key: fields[key].type.from_json(value, fields[key]) for key, value in said.items() if key in fields}
        same = [
            key
            for key, value in given.items()
            if as_stored(fields[key], before.get(key)) == as_stored(fields[key], value)
        ]
        changed = {key: value for key, value in said.items() if key in given and key not in same}
        if changed and may_write(run.customer_id, changed, actor=actor):
            records.record_save(customer, changed, actor=actor, id=run.customer_id, origin=origin)
            same += changed
        elif changed:
            propose(
                run.customer_id,
                {key: given[key] for key in changed},
                source=ProposalSource.INTERVIEW,
                title=run.script.name,
                replaces=True,
                told_by=actor.user_id,
            )
        confirm(customer, {run.customer_id: same}, means=Means.CALL, by=actor.user_id)
        InterviewRun.objects.filter(pk=run.pk).update(finished_at=timezone.now())


def field_values(run: InterviewRun) -> dict[str, Any]:
    """JSON values by field key, of the answers that said something."""
    return {
        run.questions[number - 1]["field"]: value
        for number, value in run.answers
        if value is not None and run.questions[number - 1]["field"]
    }


def may_write(customer_id: int, values: Mapping[str, Any], *, actor: Actor) -> bool:
    """Whether the actor may set all of these fields of the customer."""
    customer = registry.get("customer")
    writable = {field.key for field in policy.writable_fields(actor, customer)}
    rows = policy.queryset_for(actor, customer, "edit")
    return policy.may(actor, customer, "edit") and set(values) <= writable and rows.filter(pk=customer_id).exists()


def in_words(run: InterviewRun, *, actor: Actor) -> str:
    """Questions and answers, a line each."""
    fields, context = registry.get("customer").fields, context_for(actor)
    lines = [_("Interview: %(script)s") % {"script": run.script.name}]
    for number, value in run.answers:
        question = run.questions[number - 1]
        field = fields.get(question["field"])
        text = "" if value is None else str(value)
        if field is not None and value is not None:
            text = field.type.text(field.type.from_json(value, field), field, context)
        lines.append(f"{question['text']} — {text or _('no answer')}")
    return "\n".join(lines)
