"""Every address of what belongs to the person who made it, and what each colleague is answered there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.cast import Cast, actor, client
from zhike.accounts.models import LoginSession
from zhike.accounts.tokens import token_create
from zhike.engines.comments.services import comment_add, comment_delete
from zhike.engines.exporting.services import export_start
from zhike.engines.files.services import file_add, file_add_loose, file_delete
from zhike.engines.hand_over.planning import Rule
from zhike.engines.hand_over.services import hand_over_start
from zhike.engines.importing.services import import_upload
from zhike.engines.saved_views.definition import Definition
from zhike.engines.saved_views.models import SavedView
from zhike.engines.saved_views.services import view_create
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue
from zhike.metadata import registry
from zhike.metadata.models import Batch
from zhike.metadata.records import record_save

#: Who asks: Bob made the things on a customer of his; Max sees the customer and may not change it; Charlie and Mallory do not.
ASKED = ("bob", "max", "charlie", "mallory")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc000000301010018dd8db00000000049454e44ae426082"
)
Makes = Callable[[Cast], Mapping[str, Any]]


def customer(cast: Cast) -> int:
    values = {"name": "海天包装", "kind": "company", "owner": cast.bob.pk, "department": cast.first.pk}
    return record_save(registry.get("customer"), values, actor=actor(cast.bob))


def place(cast: Cast) -> dict[str, Any]:
    return {"slug": "customers", "record_id": customer(cast)}


def a_comment(cast: Cast) -> dict[str, Any]:
    given = place(cast)
    made = comment_add(registry.get("customer"), given["record_id"], "谈妥了", actor=actor(cast.bob))
    return {**given, "comment_id": made.comment.pk}


def a_deleted_comment(cast: Cast) -> dict[str, Any]:
    given = a_comment(cast)
    comment_delete(given["comment_id"], actor=actor(cast.bob))
    return given


def a_file(cast: Cast) -> dict[str, Any]:
    upload = SimpleUploadedFile("报价.png", PIXEL, "image/png")
    return {"file_id": file_add(registry.get("customer"), customer(cast), upload, actor=actor(cast.bob)).pk}


def a_loose_file(cast: Cast) -> dict[str, Any]:
    """Sent for a record that is not saved yet."""
    return {"file_id": file_add_loose(SimpleUploadedFile("报价.png", PIXEL, "image/png"), actor=actor(cast.bob)).pk}


def a_deleted_file(cast: Cast) -> dict[str, Any]:
    given = a_file(cast)
    file_delete(given["file_id"], actor=actor(cast.bob))
    return given


def a_picture(cast: Cast) -> dict[str, Any]:
    return {**a_file(cast), "size": "thumb"}


def a_view(cast: Cast) -> dict[str, Any]:
    name = f"我的 {SavedView.objects.count()}"
    made = view_create(registry.get("customer"), name=name, definition=Definition(), actor=actor(cast.bob))
    return {"slug": "customers", "view_id": made.pk}


def a_batch(cast: Cast) -> dict[str, Any]:
    customer(cast)
    return {"batch_id": Batch.objects.filter(actor_id=cast.bob.pk).latest("pk").pk}


def a_job(cast: Cast) -> dict[str, Any]:
    return {"job_id": enqueue("bulk.run", {"object": "customer"}, actor_id=cast.bob.pk).pk}


def a_job_with_a_batch(cast: Cast) -> dict[str, Any]:
    given = a_job(cast)
    customer(cast)
    Batch.objects.filter(actor_id=cast.bob.pk).update(job_id=given["job_id"])
    return given


def a_session(cast: Cast) -> dict[str, Any]:
    client(cast.bob)
    return {"session_id": LoginSession.objects.filter(user=cast.bob).latest("pk").pk}


def a_token(cast: Cast) -> dict[str, Any]:
    token, _text = token_create(cast.bob, name="程序", scopes=["*:read"], actor=actor(cast.bob))
    return {"token_id": token.pk}


def a_failed_job(cast: Cast) -> dict[str, Any]:
    given = a_job(cast)
    Job.objects.filter(pk=given["job_id"]).update(state=Job.State.FAILED)
    return given


def an_export(cast: Cast) -> dict[str, Any]:
    run, _job = export_start(registry.get("customer"), actor=actor(cast.clara), columns=("name",), form="csv")
    return {"export_id": run.pk}


def an_import(cast: Cast) -> dict[str, Any]:
    found = registry.get("customer")
    run = import_upload(found, ["客户名称\n甲\n".encode()], file_name="a.csv", actor=actor(cast.clara))
    return {"slug": "customers", "import_id": run.pk}


def bobs_things(cast: Cast) -> dict[str, Any]:
    customer(cast)
    return {"user_id": cast.bob.pk}


def a_hand_over(cast: Cast) -> dict[str, Any]:
    customer(cast)
    rule = Rule("evenly", (cast.alice.pk,))
    made = hand_over_start(cast.bob.pk, rule, ["customer.owner"], reason="离职", actor=actor(cast.bob))
    return {"hand_over_id": made.pk}


def a_finished_hand_over(cast: Cast) -> dict[str, Any]:
    given = a_hand_over(cast)
    Job.objects.filter(kind="hand_over.run").update(state=Job.State.DONE)
    return given


HAND_OVER = {"part": ["customer.owner"], "reason": "离职", "do": "start"}


def none(_cast: Cast) -> dict[str, Any]:
    return {}


def only_bob(status: int, others: int = 404, mallory: int | None = None) -> dict[str, int]:
    return {"bob": status, "max": others, "charlie": others, "mallory": mallory or others}


def only_clara(status: int, mallory: int = 404) -> dict[str, int]:
    return {"clara": status, "alice": 404, "charlie": 404, "mallory": mallory}


def everybody(status: int) -> dict[str, int]:
    return dict.fromkeys(ASKED, status)


@dataclass(frozen=True, slots=True)
class ThingCall:
    """``answers``: the status for each person asked; what is below 400 is allowed, all else must change nothing."""

    name: str
    method: str
    makes: Makes
    answers: Mapping[str, int]
    form: Mapping[str, Any] = dataclass_field(default_factory=dict)

    def url(self, given: Mapping[str, Any]) -> str:
        return reverse(self.name, kwargs=dict(given))


THING_CALLS = (
    ThingCall("comment_edit", "GET", a_comment, only_bob(200, 404, 403)),
    ThingCall("comment_edit", "POST", a_comment, only_bob(204, 404, 403), {"body": "改过"}),
    ThingCall("comment_delete", "POST", a_comment, {"bob": 204, "max": 403, "charlie": 404, "mallory": 403}),
    ThingCall("comment_restore", "POST", a_deleted_comment, {"bob": 204, "max": 403, "charlie": 404, "mallory": 403}),
    ThingCall("file_upload", "POST", place, {"bob": 201, "max": 201, "charlie": 404, "mallory": 403}),
    ThingCall("file_upload_loose", "POST", none, everybody(201)),
    ThingCall("file_download", "GET", a_loose_file, only_bob(200)),
    ThingCall("file_download", "GET", a_file, {"bob": 200, "max": 200, "charlie": 404, "mallory": 404}),
    ThingCall("file_picture", "GET", a_picture, {"bob": 200, "max": 200, "charlie": 404, "mallory": 404}),
    ThingCall("file_delete", "POST", a_file, {"bob": 204, "max": 403, "charlie": 404, "mallory": 404}),
    ThingCall("file_restore", "POST", a_deleted_file, {"bob": 204, "max": 403, "charlie": 404, "mallory": 404}),
    ThingCall("view_update", "POST", a_view, only_bob(204, 404, 403)),
    ThingCall("view_rename", "GET", a_view, only_bob(200, 404, 403)),
    ThingCall("view_rename", "POST", a_view, only_bob(204, 404, 403), {"name": "改过"}),
    ThingCall("view_share", "GET", a_view, only_bob(200, 404, 403)),
    ThingCall("view_share", "POST", a_view, only_bob(204, 404, 403), {"shared": "department"}),
    ThingCall("view_duplicate", "GET", a_view, only_bob(200, 404, 403)),
    ThingCall("view_duplicate", "POST", a_view, only_bob(204, 404, 403), {"name": "又一个"}),
    ThingCall("view_delete", "GET", a_view, only_bob(200, 404, 403)),
    ThingCall("view_delete", "POST", a_view, only_bob(204, 404, 403)),
    ThingCall("batch", "GET", a_batch, only_bob(200)),
    ThingCall("batch_undo", "POST", a_batch, only_bob(204)),
    ThingCall("job", "GET", a_job, only_bob(200)),
    ThingCall("job_cancel", "POST", a_job, only_bob(200)),
    ThingCall("job_undo", "POST", a_job_with_a_batch, only_bob(204)),
    ThingCall("session_end", "POST", a_session, only_bob(302)),
    ThingCall("token_revoke", "POST", a_token, only_bob(302)),
    ThingCall("sessions_end", "POST", none, everybody(302)),
    ThingCall("token_create", "POST", none, everybody(200), {"name": "程序", "objects": ["*"], "verb": "read"}),
    ThingCall("me", "GET", none, everybody(200)),
    ThingCall("me", "POST", none, everybody(302), {"language": "en", "timezone": "Asia/Shanghai", "theme": "dark"}),
    ThingCall("password_change", "GET", none, everybody(200)),
    ThingCall("work", "GET", none, everybody(200)),
    ThingCall("work_feeds", "GET", none, everybody(200)),
    ThingCall("search", "GET", none, everybody(200)),
    ThingCall("notifications", "GET", none, everybody(200)),
    ThingCall("following", "GET", none, everybody(200)),
    ThingCall("notifications_read", "POST", none, everybody(302)),
    ThingCall("job_stop", "POST", a_job, only_bob(302)),
    ThingCall("job_retry", "POST", a_failed_job, only_bob(302)),
    ThingCall("jobs", "GET", none, everybody(200)),
    ThingCall("hand_over", "GET", bobs_things, {"bob": 200, "max": 403, "charlie": 200, "mallory": 403}),
    # Without a successor nobody gets on; whether there is anything to give is tested with the engine.
    ThingCall("hand_over", "POST", bobs_things, {"bob": 422, "max": 403, "charlie": 422, "mallory": 403}, HAND_OVER),
    ThingCall("hand_over_progress", "GET", a_hand_over, only_bob(200)),
    ThingCall("hand_over_stop", "POST", a_hand_over, only_bob(302)),
    ThingCall("hand_over_undo", "POST", a_finished_hand_over, only_bob(302)),
    ThingCall("export_one", "GET", an_export, only_clara(200)),
    ThingCall("export_stop", "POST", an_export, only_clara(302)),
    ThingCall("export_download", "GET", an_export, only_clara(404)),
    ThingCall("import_one", "GET", an_import, only_clara(200, 403)),
    ThingCall("import_one", "POST", an_import, only_clara(302, 403)),
    ThingCall("import_stop", "POST", an_import, only_clara(302, 403)),
    ThingCall("import_take_back", "POST", an_import, only_clara(302, 403)),
    ThingCall("import_refused_rows", "GET", an_import, only_clara(404, 403)),
    ThingCall("log", "GET", none, {"bob": 200, "max": 404, "charlie": 200, "mallory": 404}),
)
