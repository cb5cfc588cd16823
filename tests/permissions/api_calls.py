"""Every call of the API that touches records, with the action that it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.permissions.api_settings import QUALITY_CALLS, SETTINGS_CALLS
from tests.permissions.expected import EVERY
from tests.permissions.scene import Scene

Body = Callable[[Scene, int], Any]


@dataclass(frozen=True, slots=True)
class RecordCall:
    """A call on one record; ``deleted`` ones work on records in the bin. ``name`` is the address's name."""

    name: str
    method: str
    action: str
    path: str
    body: Body | None = None
    deleted: bool = False
    #: A bulk call answers 200 and refuses the single record inside.
    inside: bool = False
    #: Actions that the role needs beside ``action``, for any record.
    also: tuple[str, ...] = ()
    objects: tuple[str, ...] = EVERY

    def url(self, scene: Scene, pk: int) -> str:
        return self.path.format(slug=scene.object_type.slug, id=pk)


def title(scene: Scene, _pk: int) -> dict[str, Any]:
    return {scene.object_type.title: scene.changed_title}


def bulk(operation: str) -> Body:
    def body(scene: Scene, pk: int) -> dict[str, Any]:
        rows: Any = [{"id": pk, scene.object_type.title: scene.changed_title}] if operation == "update" else [pk]
        return {"operation": operation, "records": rows, "partial": True}

    return body


def upsert(scene: Scene, pk: int) -> dict[str, Any]:
    """Finds the record by its key; for who may not see it, it is a new record with a taken key."""
    name = next(
        f"{relation}-{deleted}-{scene.user.username}" for (relation, deleted), found in scene.ids.items() if found == pk
    )
    if scene.object_type.key == "customer":
        return {
            "operation": "upsert",
            "key": "code",
            "records": [{"code": f"C-{name}", "tier": "low"}],
            "partial": True,
        }
    return {"operation": "upsert", "key": "plate", "records": [{"plate": f"P-{name}", "name": "改"}], "partial": True}


def nothing(_scene: Scene, _pk: int) -> dict[str, Any]:
    return {}


def ids(_scene: Scene, pk: int) -> dict[str, Any]:
    return {"ids": [pk]}


RECORD_CALLS = (
    RecordCall("record", "GET", "view", "/{slug}/{id}"),
    RecordCall("record", "PATCH", "edit", "/{slug}/{id}", title),
    RecordCall("record", "DELETE", "delete", "/{slug}/{id}"),
    RecordCall("restore", "POST", "restore", "/{slug}/{id}/restore", nothing, deleted=True),
    RecordCall("purge", "POST", "purge", "/{slug}/{id}/purge", nothing, deleted=True),
    RecordCall("follow", "POST", "view", "/{slug}/{id}/follow", nothing),
    RecordCall("unfollow", "POST", "view", "/{slug}/{id}/unfollow", nothing),
    RecordCall("history", "GET", "view", "/{slug}/{id}/history"),
    RecordCall("record_approvals", "GET", "view", "/{slug}/{id}/approvals"),
    RecordCall("timeline", "GET", "view", "/{slug}/{id}/timeline"),
    RecordCall("bulk", "POST", "edit", "/{slug}/bulk", bulk("update"), inside=True),
    RecordCall("bulk", "POST", "delete", "/{slug}/bulk", bulk("delete"), inside=True),
    RecordCall("bulk", "POST", "restore", "/{slug}/bulk", bulk("restore"), deleted=True, inside=True),
    RecordCall(
        "bulk", "POST", "edit", "/{slug}/bulk", upsert, inside=True, also=("create",), objects=("customer", "x_vehicle")
    ),
    RecordCall("action", "POST", "edit", "/{slug}/{id}/actions/complete", nothing, objects=("task",)),
    RecordCall("records_action", "POST", "edit", "/{slug}/actions/complete", ids, objects=("task",)),
)

#: Addresses that the matrix covers in tests of their own, named there.
ELSEWHERE = {
    "records": "test_lists_hold_exactly_what_may_be_seen, test_creating_needs_the_right",
    "duplicates": "tests/api/test_merging.py: test_duplicates_out_of_reach_come_without_their_id",
    "duplicates_across": "tests/web/test_kin_pages.py: test_programs_read_and_decide",
    "duplicates_across_different": "tests/web/test_kin_pages.py: test_programs_read_and_decide",
    "merge": "tests/api/test_merging.py: test_only_who_may_merge_does",
    "merge_undo": "tests/api/test_merging.py: test_only_who_may_merge_does",
    "self_update_links": "tests/web/test_customer_checks.py: test_links_for_a_list_over_the_api",
    "targets_overview": "tests/web/test_targets.py: test_the_api_tells_the_tree_within_reach",
    "pool_customers": "tests/web/test_pools.py: test_who_does_not_belong_to_a_pool_sees_nothing_of_it",
    "approval_path": "tests/api/test_approvals.py: test_programs_read_the_path_and_ask",
    "values": "tests/web/test_values.py: test_programs_read_and_say_what_values_are",
    "review_report": "tests/web/test_reviews.py: test_the_api_reports_what_one_may_see",
    **dict.fromkeys(
        (call.name for call in (*SETTINGS_CALLS, *QUALITY_CALLS)), "tests/permissions/test_api_settings.py"
    ),
    "search": "test_lists_hold_exactly_what_may_be_seen",
    "objects": "test_the_catalogue_names_only_what_may_be_seen",
    "imports": "test_files_go_in_and_out_only_with_the_right",
    "exports": "test_files_go_in_and_out_only_with_the_right",
    "import": "test_imports_and_exports_belong_to_who_started_them",
    "import_start": "test_imports_and_exports_belong_to_who_started_them",
    "import_cancel": "test_imports_and_exports_belong_to_who_started_them",
    "import_undo": "test_imports_and_exports_belong_to_who_started_them",
    "import_rejected": "test_imports_and_exports_belong_to_who_started_them",
    "export": "test_imports_and_exports_belong_to_who_started_them",
    "export_cancel": "test_imports_and_exports_belong_to_who_started_them",
    "export_file": "test_imports_and_exports_belong_to_who_started_them",
    "openapi": "test_the_document_needs_a_token",
    "description": "test_the_page_needs_a_person",
    "not_found": "no data stands behind it",
}
