"""Files: taken in on a record's page, given out to those who see the record."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.files.models import File
from zhike.engines.files.pictures import SIZES
from zhike.engines.files.renditions import rendition
from zhike.engines.files.services import file_add, file_add_loose, file_delete, file_restore, file_seen, too_large
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.object_type import ObjectType
from zhike.web.edges import object_view, refusals_answered, with_events
from zhike.web.records.subject import load

#: A file is data: whatever a browser thinks it is, it runs nothing and loads nothing.
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}


@require_POST
@object_view
def upload(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Take in one file named ``file`` with a record; refusals say why as JSON."""
    load(request.actor, object_type, record_id)
    return taken(request, partial(file_add, object_type, record_id, actor=request.actor))


@require_POST
@refusals_answered
def upload_loose(request: AccountRequest) -> HttpResponse:
    """Take in one file for a field of a form that is not saved yet."""
    return taken(request, partial(file_add_loose, actor=request.actor))


def taken(request: AccountRequest, keep: Callable[[UploadedFile[Any]], File]) -> HttpResponse:
    sent = request.FILES.get("file")
    # Noted while the request was read, which the line above made happen at the latest.
    if getattr(request, "oversize", None):
        return refused(too_large())
    if not isinstance(sent, UploadedFile):
        return refused(Problem("required", _("Choose a file first.")))
    try:
        file = keep(sent)
    except Invalid as refusal:
        return refused(next(iter(refusal.problems.values()))[0])
    return JsonResponse({"id": file.pk, "name": file.name}, status=201)


def refused(problem: Problem) -> HttpResponse:
    return JsonResponse({"code": problem.code, "message": str(problem.message)}, status=422)


@require_safe
@refusals_answered
def download(request: AccountRequest, file_id: int) -> HttpResponseBase:
    """The file as an attachment."""
    file = file_seen(file_id, actor=request.actor)
    content: Any = default_storage.open(file.path)
    response = FileResponse(content, as_attachment=True, filename=file.name, content_type=file.mime)
    for name, value in HARMLESS.items():
        response[name] = value
    return response


@require_safe
@refusals_answered
def picture(request: AccountRequest, file_id: int, size: str) -> HttpResponse:
    """A picture drawn anew in one of the sizes."""
    file = file_seen(file_id, actor=request.actor)
    content = rendition(file, size) if size in SIZES else None
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="image/webp", headers=HARMLESS)
    # The content of a file never changes; rights do, hence only this browser and only for a while.
    response["Cache-Control"] = "private, max-age=600"
    return response


@require_POST
@refusals_answered
def delete(request: AccountRequest, file_id: int) -> HttpResponse:
    """Take a file away; the toast brings it back."""
    file = file_delete(file_id, actor=request.actor)
    toast = {"message": _("Deleted: %(title)s") % {"title": file.name}, "undo": f"/files/{file_id}/restore/"}
    return with_events(HttpResponse(status=204), timeline_changed={}, record_changed={}, toast=toast)


@require_POST
@refusals_answered
def restore(request: AccountRequest, file_id: int) -> HttpResponse:
    """Bring back a file that one deleted oneself."""
    file_restore(file_id, actor=request.actor)
    return with_events(HttpResponse(status=204), timeline_changed={}, record_changed={})
