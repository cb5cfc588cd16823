"""What were requests become approvals of one step, and whatever names them by key names them anew.

The change log stays as it is, for its chain holds the old key; the object type knows its former one.
"""

from django.db import migrations

#: (app, model, column) of whatever hangs on records by object key.
HANGING = [
    ("metadata", "TeamMember", "object_key"),
    ("metadata", "TimelineEntry", "subject_key"),
    ("metadata", "TimelineEntry", "source_key"),
    ("metadata", "Deletion", "object_key"),
    ("metadata", "Batch", "object_key"),
    ("metadata", "CustomField", "object_key"),
    ("metadata", "FieldLabel", "object_key"),
    ("metadata", "RoleGrant", "object_key"),
    ("metadata", "RoleField", "object_key"),
    ("notify", "Notification", "object_key"),
    ("comments", "Comment", "object_key"),
    ("following", "Following", "object_key"),
    ("files", "File", "object_key"),
    ("recent", "RecentRecord", "object_key"),
    ("saved_views", "SavedView", "object_key"),
    ("search", "SearchDocument", "object_key"),
]
KINDS = {name: f"approval_{name.removeprefix('request_')}" for name in (
    "request_asked", "request_granted", "request_refused", "request_expired"
)}
WORDS = {"granted": "granted", "refused": "refused", "expired": "timed_out", "withdrawn": "withdrawn"}
STEPS = {"open": "active", "granted": "granted", "refused": "refused", "expired": "ended", "withdrawn": "ended"}
SIGNERS = {"granted": "granted", "refused": "refused"}
AT_ONCE = 1000


def lay_paths(apps, _editor):
    Approval, Step, Signer, Event = (
        apps.get_model("approvals", name) for name in ("Approval", "ApprovalStep", "ApprovalSigner", "ApprovalEvent")
    )
    ids = list(Approval.objects.filter(steps__isnull=True).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        rows = list(Approval.objects.filter(pk__in=ids[start : start + AT_ONCE]).prefetch_related("deciders").order_by("pk"))
        steps = [
            Step(
                approval=row,
                stage=1,
                who=[{"by": "people", "people": [user.pk for user in row.deciders.all()]}],
                late="expire",
                state=STEPS[row.state],
                opened_at=row.created_at,
                due_at=row.expires_at,
                closed_at=None if row.state == "open" else row.decided_at,
            )
            for row in rows
        ]
        Step.objects.bulk_create(steps)
        signers, events = [], []
        for row, step in zip(rows, steps, strict=True):
            people = dict.fromkeys(user.pk for user in row.deciders.all())
            if row.state in SIGNERS and row.decided_by_id is not None:
                people.setdefault(row.decided_by_id)
            for pk in people:
                said = row.state in SIGNERS and pk == row.decided_by_id
                signers.append(
                    Signer(
                        step=step,
                        user_id=pk,
                        state="waiting" if row.state == "open" else SIGNERS[row.state] if said else "released",
                        decided_at=row.decided_at if said else None,
                        remark=(row.answer or "") if said else "",
                    )
                )
            events.append(Event(approval=row, at=row.created_at, actor_id=row.owner_id, what="asked", remark=row.reason or ""))
            if row.state in WORDS:
                events.append(
                    Event(
                        approval=row,
                        step=step,
                        at=row.decided_at or row.updated_at,
                        actor_id=row.owner_id if row.state == "withdrawn" else row.decided_by_id,
                        what=WORDS[row.state],
                        remark=row.answer or "",
                    )
                )
        Signer.objects.bulk_create(signers)
        Event.objects.bulk_create(events)


def name_anew(apps, _editor):
    for app, model, column in HANGING:
        apps.get_model(app, model).objects.filter(**{column: "request"}).update(**{column: "approval"})
    Notification = apps.get_model("notify", "Notification")
    for old, new in KINDS.items():
        Notification.objects.filter(kind=old).update(kind=new)
    for user in apps.get_model("accounts", "User").objects.exclude(notifications={}):
        chosen = {KINDS.get(kind, kind): wanted for kind, wanted in (user.notifications or {}).items()}
        if chosen != user.notifications:
            type(user).objects.filter(pk=user.pk).update(notifications=chosen)
    for mail in apps.get_model("notify", "MailPreference").objects.all():
        kinds = [KINDS.get(kind, kind) for kind in mail.kinds or ()]
        if kinds != mail.kinds:
            type(mail).objects.filter(pk=mail.pk).update(kinds=kinds)


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0002_requests_become_approvals'),
        ('accounts', '0005_absences'),
        ('comments', '0001_comments'),
        ('files', '0002_the_field_of_a_file'),
        ('following', '0001_followed_records'),
        ('metadata', '0005_names_of_native_fields'),
        ('notify', '0002_by_mail'),
        ('recent', '0001_recent_records'),
        ('saved_views', '0001_saved_views'),
        ('search', '0002_full_text_index'),
    ]

    operations = [
        migrations.RunPython(lay_paths, migrations.RunPython.noop),
        migrations.RunPython(name_anew, migrations.RunPython.noop),
    ]
