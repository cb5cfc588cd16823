"""Mail out: the server, a test, holding everything back, and the log with what can be done about each mail."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.mail.models import Mail, MailServer, MailState, Security
from zhike.engines.mail.server import PLAIN, PRIVILEGE, mail_server, server_hold, server_save
from zhike.engines.mail.services import STEPS, mail_step
from zhike.engines.mail.trial import Trial, mail_try
from zhike.engines.mail.words import words
from zhike.metadata.errors import Invalid, Problems
from zhike.web.edges import post_only
from zhike.web.settings_pages import SettingsPage, add, belongs_to, settings_render
from zhike.web.views.answers import saved

PAGE = add(
    SettingsPage(
        address="settings_mail",
        label=gettext_lazy("E-mail"),
        text=gettext_lazy("Decides through which server and from which address mail goes out, for everybody."),
        group="system",
        privilege=PRIVILEGE,
        icon="mail",
        words=gettext_lazy("smtp server sender password test outgoing"),
    )
)
LOG = add(
    SettingsPage(
        address="settings_mail_log",
        label=gettext_lazy("Mail log"),
        text=gettext_lazy("Lists every mail that was to go out and what became of it, for two years back."),
        group="system",
        privilege=PRIVILEGE,
        icon="inbox",
        words=gettext_lazy("smtp outgoing queue failed retry bounced"),
    )
)
PAGE_SIZE = 50
#: Counted no further.
MOST_COUNTED = 1_000
TONES = {"queued": "blue", "sending": "blue", "sent": "green", "failed": "red", "uncertain": "amber", "refused": "grey"}
DEFAULTS: dict[str, Any] = {"port": 587, "security": Security.STARTTLS, "per_minute": 60}


@sensitive_post_parameters("password")
@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: AccountRequest) -> HttpResponse:
    """The settings of the server; POST saves them."""
    if request.method != "POST":
        return mail_page(request)
    try:
        server_save({name: request.POST.get(name, "") for name in (*PLAIN, "password")}, actor=request.actor)
    except Invalid as refusal:
        return mail_page(request, problems=refusal.problems, status=422)
    return saved(request, reverse("settings_mail"), _("The mail server is saved. Now test it."))


def mail_page(
    request: AccountRequest, *, problems: Problems | None = None, trial: Trial | None = None, status: int = 200
) -> HttpResponse:
    """The form with what was typed or is stored; never with the password."""
    server = mail_server()
    stored = {name: getattr(server, name) for name in PLAIN} if server else DEFAULTS
    typed = {name: request.POST.get(name, "") for name in PLAIN} if "host" in request.POST else stored
    context: dict[str, Any] = {
        "server": server,
        "typed": typed,
        "securities": Security.choices,
        "has_password": bool(server and server.password_sealed),
        "fault": words(server.fault) if server and server.fault else "",
        "waiting": counted(MailState.QUEUED),
        "uncertain": counted(MailState.UNCERTAIN),
        "own_address": (request.user.emails or [""])[0],
        "trial": trial,
        "trial_words": words(trial.reason) if trial else "",
        "problems": problems or {},
        "wrong": (problems or {}).get(""),
    }
    return settings_render(request, PAGE, "settings/mail.html", context, status=status)


def counted(state: MailState) -> int:
    return Mail.objects.filter(state=state)[:MOST_COUNTED].count()


@belongs_to(PAGE)
@post_only("settings_mail")
def mail_test(request: AccountRequest) -> HttpResponse:
    """Send a mail to oneself and show what the server said."""
    try:
        trial = mail_try(request.user, actor=request.actor)
    except Invalid as refusal:
        return mail_page(request, problems=refusal.problems, status=422)
    return mail_page(request, trial=trial)


@belongs_to(PAGE)
@post_only("settings_mail")
def mail_hold(request: AccountRequest) -> HttpResponse:
    """Hold all mail back, or let it go."""
    server_hold(request.POST.get("hold") == "1", actor=request.actor)
    return HttpResponseRedirect(reverse("settings_mail"))


@belongs_to(LOG)
@require_safe
def mail_log(request: AccountRequest) -> HttpResponse:
    """Mails, the latest first; ``state`` narrows them, ``before`` goes on from the last one shown."""
    state = request.GET.get("state", "")
    return log_page(request, state if state in MailState.values else "")


def log_page(
    request: AccountRequest, state: str, *, problems: Problems | None = None, status: int = 200
) -> HttpResponse:
    rows = Mail.objects.defer("text", "html").order_by("-pk")
    if state:
        rows = rows.filter(state=state)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        rows = rows.filter(pk__lt=int(before[:18]))
    found = list(rows[: PAGE_SIZE + 1])
    server = mail_server()
    fault = words(server.fault) if server and server.fault else ""
    context = {
        "rows": [described(row, server, fault) for row in found[:PAGE_SIZE]],
        "tabs": [
            {"label": label, "key": key, "active": key == state}
            for key, label in [("", _("All")), *MailState.choices]
            if key != MailState.SENDING
        ],
        "state": state,
        "next": found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None,
        "problems": problems or {},
    }
    return settings_render(request, LOG, "settings/mail_log.html", context, status=status)


def described(row: Mail, server: MailServer | None, fault: Any) -> dict[str, Any]:
    """A mail, why it is where it is, and what can be done about it."""
    why = words(row.reason)
    if row.state == MailState.QUEUED and server is not None:
        why = _("All mail is held.") if server.is_held else fault or why
    return {
        "mail": row,
        "tone": TONES.get(row.state, "grey"),
        "why": why,
        "steps": [(name, step.label) for name, step in STEPS.items() if row.state in step.states],
    }


@belongs_to(LOG)
@post_only("settings_mail_log")
def mail_row(request: AccountRequest, mail_id: int) -> HttpResponse:
    """Do with one mail what the button named ``do`` says."""
    state, name = request.POST.get("state", ""), request.POST.get("do", "")
    if name not in STEPS:
        return HttpResponse(status=422)
    try:
        mail_step(mail_id, name, actor=request.actor)
    except Invalid as refusal:
        return log_page(request, state if state in MailState.values else "", problems=refusal.problems, status=422)
    return HttpResponseRedirect(f"{reverse('settings_mail_log')}?state={state if state in MailState.values else ''}")
