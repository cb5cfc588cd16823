"""The log of sign-ins."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import LoginSession
from zhike.web.settings_pages import SettingsPage, add, belongs_to, settings_render

PAGE = add(
    SettingsPage(
        address="settings_sign_ins",
        label=_("Sign-ins"),
        text=_("Changes nothing: it lists who signed in when, from where and until when, for half a year back."),
        group="people",
        privilege="audit",
        icon="login",
        words=_("log sessions devices audit"),
    )
)
PAGE_SIZE = 100


@belongs_to(PAGE)
@require_safe
def sign_ins(request: AccountRequest) -> HttpResponse:
    """Sign-ins, the latest first; ``before`` goes on from the last one shown."""
    rows = LoginSession.objects.filter(user__isnull=False).select_related("user").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        rows = rows.filter(pk__lt=int(before[:18]))
    shown = list(rows[: PAGE_SIZE + 1])
    context = {"rows": shown[:PAGE_SIZE], "next": shown[PAGE_SIZE - 1].pk if len(shown) > PAGE_SIZE else None}
    return settings_render(request, PAGE, "settings/sign_ins.html", context)
