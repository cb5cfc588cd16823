"""How the risk customers within somebody's sight stand: for the page, and frozen once a week as a report to management."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, Max, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, override, pgettext

from zhike.accounts.actors import actor_for
from zhike.accounts.models import Department, User
from zhike.domain.activities.choices import Channel
from zhike.domain.activities.models import Interaction
from zhike.domain.customers.models import Customer
from zhike.domain.risk.anomalies import KIND
from zhike.domain.risk.holds import open_holds
from zhike.domain.risk.models import CreditHold, RiskReport
from zhike.domain.risk.readers import reader_ids
from zhike.domain.risk.report_pdf import file_name, report_pdf
from zhike.domain.risk.scheme import FIELD, HIGH, WATCH
from zhike.domain.tiers.definition import read
from zhike.domain.tiers.models import TierChange, TierGrade
from zhike.domain.tiers.models.change import Direction
from zhike.domain.tiers.words import reason
from zhike.engines.approvals.deciders import people_with_role
from zhike.engines.approvals.models import Approval, ApprovalState
from zhike.engines.mail.letters import Attachment
from zhike.engines.mail.people import Letter, Line, mail_to_person
from zhike.engines.working_time.services import working_calendar
from zhike.jobs.scheduler import scheduled
from zhike.lib.pdf.typesetting import MIME
from zhike.lib.working_time import YearNotKnown
from zhike.metadata import notices, policy, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.notices import Notice, NoticeKind
from zhike.metadata.places import record_url
from zhike.metadata.records import Origin, record_save
from zhike.metadata.storage import storage

AT_RISK = (HIGH, WATCH)
#: Days that "risen" and "fallen" look back.
DAYS = 7
MOST_LISTED = 200
MOST_IN_REPORT = 20
ORIGIN = Origin("risk", "report")

REPORT = notices.register(
    NoticeKind(
        "risk_report",
        gettext_lazy("The weekly report on risk customers"),
        gettext_lazy("%(title)s: %(high)s high risk, %(watch)s under watch."),
        icon="report",
    )
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Numbers of customers at a moment; ``risen`` and ``fallen`` within the last DAYS days."""

    at: datetime
    population: int
    high: int
    watch: int
    risen: int
    fallen: int
    unanswered: int
    held: int


@dataclass(frozen=True, slots=True)
class AtRisk:
    """One customer at risk with why."""

    id: int
    name: str
    owner_id: int | None
    level: str
    label: str
    score: int | None
    since: datetime
    reason: str
    held: str
    last_contact: datetime | None
    last_visit: datetime | None


def may_see(actor: Actor) -> bool:
    """Whether the actor sees customers and their risk."""
    customers = registry.get("customer")
    return policy.may(actor, customers, "view") and policy.comparable(actor, customers, customers.field(FIELD))


def seen(actor: Actor) -> QuerySet[Any]:
    """Customers within the actor's sight."""
    found: QuerySet[Any] = policy.queryset_for(actor, registry.get("customer")).order_by()
    return found


def _graded(actor: Actor) -> QuerySet[TierGrade]:
    ids = seen(actor).filter(risk__in=AT_RISK).values("pk")
    return TierGrade.objects.filter(scheme__writes=FIELD, grade__in=AT_RISK, customer_id__in=ids)


def standing(actor: Actor) -> Standing:
    """Counts within the actor's sight; five statements."""
    now = timezone.now()
    levels = dict(seen(actor).values_list("risk").annotate(Count("pk")))
    moves = TierChange.objects.filter(
        version__scheme__writes=FIELD, at__gte=now - timedelta(days=DAYS), customer_id__in=seen(actor).values("pk")
    )
    directions = dict(moves.order_by().values_list("direction").annotate(Count("customer", distinct=True)))
    first = moves.filter(direction=Direction.NEW, new__in=AT_RISK).values("customer").distinct().count()
    waiting = Approval.objects.filter(
        kind=KIND, state=ApprovalState.OPEN, deletion__isnull=True, about_id__in=seen(actor).values("pk")
    )
    holds = CreditHold.objects.filter(
        lifted_at__isnull=True, deletion__isnull=True, customer_id__in=seen(actor).values("pk")
    )
    return Standing(
        at=now,
        population=sum(levels.values()),
        high=levels.get(HIGH, 0),
        watch=levels.get(WATCH, 0),
        risen=directions.get(Direction.UP, 0) + first,
        fallen=directions.get(Direction.DOWN, 0) + directions.get(Direction.OUT, 0),
        unanswered=waiting.count(),
        held=holds.count(),
    )


def at_risk(actor: Actor, *, level: str = "", limit: int = MOST_LISTED, language: str = "zh-hans") -> list[AtRisk]:
    """Customers at risk, the gravest first."""
    place = Case(When(grade=HIGH, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = _graded(actor).annotate(_place=place).select_related("version").order_by("_place", "-score", "customer_id")
    if level in AT_RISK:
        rows = rows.filter(grade=level)
    grades = list(rows[:limit])
    ids = [grade.customer_id for grade in grades]
    customers = {row.pk: row for row in Customer.objects.filter(pk__in=ids).only("pk", "name", "owner_id")}
    holds = open_holds(ids)
    contacts = _last(ids)
    visits = _last(ids, channel=Channel.VISIT)
    definitions = {grade.version_id: read(grade.version.definition) for grade in grades}
    return [
        AtRisk(
            id=grade.customer_id,
            name=customers[grade.customer_id].name,
            owner_id=customers[grade.customer_id].owner_id,
            level=grade.grade,
            label=definitions[grade.version_id].label(grade.grade, language),
            score=grade.score,
            since=grade.since,
            reason=reason(definitions[grade.version_id], grade.detail, grade.grade, language),
            held=holds[grade.customer_id].reason if grade.customer_id in holds else "",
            last_contact=contacts.get(grade.customer_id),
            last_visit=visits.get(grade.customer_id),
        )
        for grade in grades
    ]


def _last(ids: Sequence[int], **conditions: Any) -> dict[int, datetime]:
    rows = Interaction.objects.filter(customer_id__in=ids, deletion__isnull=True, **conditions).order_by()
    return dict(rows.values_list("customer_id").annotate(Max("happened_at")))


# Once a week ------------------------------------------------------------------------------------------------------


@scheduled("risk.report", daily_at="08:20")
def report_weekly() -> int:
    """Make the reports on the first working day of a week; returns how many."""
    today = timezone.localdate()
    return reports_make(today) if is_first_working_day(today) else 0


def is_first_working_day(day: date) -> bool:
    """Whether nobody worked since Monday; by weekday where the calendar does not know the year, as a report too many does no harm."""
    monday = day - timedelta(days=day.weekday())
    try:
        calendar = working_calendar()
        earlier = [monday + timedelta(days=count) for count in range((day - monday).days)]
        return calendar.is_working_day(day) and not any(calendar.is_working_day(found) for found in earlier)
    except YearNotKnown:
        return day == monday


def reports_make(today: date) -> int:
    """A report for every head of department, executive and chosen reader with customers at risk in sight, once a day each."""
    heads = list(Department.objects.filter(deletion__isnull=True).values_list("head_id", flat=True))
    people = [pk for pk in dict.fromkeys([*heads, *people_with_role("executive"), *reader_ids()]) if pk is not None]
    made = 0
    for user in User.objects.filter(pk__in=people, deletion__isnull=True).order_by("pk"):
        actor = actor_for(user)
        if actor is not None and may_see(actor):
            made += _report(user, actor, today)
    return made


def _report(user: User, actor: Actor, today: date) -> int:
    if RiskReport.objects.filter(owner=user, day=today).exists():
        return 0
    language = actor.language
    with override(language):
        found = standing(actor)
        if not (found.high or found.watch or found.unanswered):
            return 0
        rows = at_risk(actor, limit=MOST_IN_REPORT, language=language)
        values = {
            "title": _("Risk customers on %(day)s") % {"day": today.isoformat()},
            "day": today,
            "owner": user.pk,
            "department": user.department_id,
            "body": "\n".join(f"{row.name} · {row.label}{pgettext('after a label', ': ')}{row.reason}" for row in rows),
            **{
                key: getattr(found, key)
                for key in ("population", "high", "watch", "risen", "fallen", "unanswered", "held")
            },
        }
    with storage().write_transaction():
        pk = record_save(registry.get("risk_report"), values, actor=SYSTEM, origin=ORIGIN)
        notices.send(
            [
                Notice(
                    REPORT.key,
                    (user.pk,),
                    "risk_report",
                    pk,
                    params={"high": found.high, "watch": found.watch},
                    once=f"risk_report:{pk}",
                )
            ]
        )
        if user.pk in reader_ids():
            _mail(user, RiskReport.objects.get(pk=pk), values)
    return 1


def _mail(user: User, report: RiskReport, numbers: Mapping[str, Any]) -> None:
    """The report as a PDF to its reader; without an address it stays with the notice."""

    def write() -> Letter:
        file = Attachment(file_name(report), MIME, report_pdf(report, user.language))
        opening = _("%(high)s at high risk, %(watch)s under watch, %(risen)s risen, %(fallen)s fallen.") % numbers
        path = record_url("risk_report", report.pk)
        return Letter(report.title, opening, [Line(_("Open the report"), path)], attachments=[file])

    mail_to_person(user, write, key=f"risk_report:{report.pk}", actor=SYSTEM)
