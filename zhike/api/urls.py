"""Addresses of the API."""

from __future__ import annotations

from django.urls import include, path, re_path

from zhike.api.endpoint import endpoint, not_found
from zhike.api.views.approval_flows import (
    approval_flow,
    approval_flow_changed,
    approval_flow_made,
    approval_flows,
    approval_version_saved,
)
from zhike.api.views.approvals import approval_path, record_approval_asked, record_approvals
from zhike.api.views.bulk import records_bulk
from zhike.api.views.description import openapi_document, openapi_page
from zhike.api.views.exports import export_cancel, export_file, export_read, export_start
from zhike.api.views.following import record_followed, record_left
from zhike.api.views.imports import (
    import_cancel,
    import_read,
    import_rejected,
    import_start,
    import_undo,
    import_upload,
)
from zhike.api.views.mail_server import mail_server_changed, mail_server_read, mail_server_tried
from zhike.api.views.merging import kin_pair_differs, kin_pairs, merge_taken_back, records_duplicates, records_merged
from zhike.api.views.objects import objects_list
from zhike.api.views.pools import pool_customers
from zhike.api.views.quality import (
    cleaning_begun,
    cleaning_tried,
    inspection,
    inspection_drawn,
    inspection_judged,
    inspections,
    quality_job,
    quality_job_stopped,
    search_begun,
)
from zhike.api.views.record_parts import record_action, record_history, record_timeline, records_action
from zhike.api.views.records import (
    record_change,
    record_create,
    record_delete,
    record_purge,
    record_read,
    record_restore,
    records_list,
)
from zhike.api.views.reviews import review_report
from zhike.api.views.search import everything_search
from zhike.api.views.self_update import self_update_links
from zhike.api.views.settings import (
    quality_rules,
    quality_rules_saved,
    quality_rules_tried,
    tier_scheme,
    tier_scheme_made,
    tier_schemes,
    tier_version_saved,
    tier_version_tried,
)
from zhike.api.views.targets import targets_overview
from zhike.api.views.values import record_value_said, record_values
from zhike.api.views.web_forms import web_form_design, web_form_designed

app_name = "api"

RECORD = "<slug:slug>/<int:record_id>"

quality = [
    path("quality/inspections", endpoint(GET=inspections, POST=inspection_drawn), name="inspections"),
    path("quality/inspections/<int:inspection_id>", endpoint(GET=inspection), name="inspection"),
    path(
        "quality/inspections/<int:inspection_id>/items/<int:item_id>",
        endpoint(POST=inspection_judged),
        name="inspection_item",
    ),
    path("quality/cleanings", endpoint(GET=cleaning_tried, POST=cleaning_begun), name="cleanings"),
    path("quality/searches", endpoint(POST=search_begun), name="searches"),
    path("quality/jobs/<int:job_id>", endpoint(GET=quality_job), name="quality_job"),
    path("quality/jobs/<int:job_id>/cancel", endpoint(POST=quality_job_stopped), name="quality_job_cancel"),
]

SCHEME, FLOW = "settings/tier-schemes/<slug:key>", "settings/approval-flows/<int:flow_id>"

settings = [
    path("settings/quality-rules", endpoint(GET=quality_rules, POST=quality_rules_saved), name="quality_rules"),
    path("settings/quality-rules/preview", endpoint(POST=quality_rules_tried), name="quality_rules_preview"),
    path("settings/tier-schemes", endpoint(GET=tier_schemes, POST=tier_scheme_made), name="tier_schemes"),
    path(SCHEME, endpoint(GET=tier_scheme), name="tier_scheme"),
    path(f"{SCHEME}/versions", endpoint(POST=tier_version_saved), name="tier_versions"),
    path(f"{SCHEME}/preview", endpoint(POST=tier_version_tried), name="tier_preview"),
    path("settings/approval-flows", endpoint(GET=approval_flows, POST=approval_flow_made), name="approval_flows"),
    path(FLOW, endpoint(GET=approval_flow, PATCH=approval_flow_changed), name="approval_flow"),
    path(f"{FLOW}/versions", endpoint(POST=approval_version_saved), name="approval_versions"),
    path("settings/mail-server", endpoint(GET=mail_server_read, PATCH=mail_server_changed), name="mail_server"),
    path("settings/mail-server/test", endpoint(POST=mail_server_tried, apart=True), name="mail_server_test"),
]

versioned = [
    path("objects", endpoint(GET=objects_list), name="objects"),
    path("search", endpoint(GET=everything_search), name="search"),
    path("imports/<int:import_id>", endpoint(GET=import_read), name="import"),
    path("imports/<int:import_id>/start", endpoint(POST=import_start), name="import_start"),
    path("imports/<int:import_id>/cancel", endpoint(POST=import_cancel), name="import_cancel"),
    path("imports/<int:import_id>/undo", endpoint(POST=import_undo), name="import_undo"),
    path("imports/<int:import_id>/rejected", endpoint(GET=import_rejected), name="import_rejected"),
    path("exports/<int:export_id>", endpoint(GET=export_read), name="export"),
    path("exports/<int:export_id>/cancel", endpoint(POST=export_cancel), name="export_cancel"),
    path("exports/<int:export_id>/file", endpoint(GET=export_file), name="export_file"),
    path("review-cycles/<int:cycle_id>/report", endpoint(GET=review_report), name="review_report"),
    path("targets/overview", endpoint(GET=targets_overview), name="targets_overview"),
    path("pools/<int:pool_id>/customers", endpoint(GET=pool_customers), name="pool_customers"),
    path("approvals/<int:approval_id>/path", endpoint(GET=approval_path), name="approval_path"),
    path("customers/self-update-links", endpoint(POST=self_update_links), name="self_update_links"),
    path(
        "webforms/<int:form_id>/design", endpoint(GET=web_form_design, POST=web_form_designed), name="web_form_design"
    ),
    *quality,
    *settings,
    path("<slug:slug>/imports", endpoint(POST=import_upload, raw=True), name="imports"),
    path("<slug:slug>/exports", endpoint(POST=export_start), name="exports"),
    path("<slug:slug>", endpoint(GET=records_list, POST=record_create), name="records"),
    path("merges/<int:merge_id>/undo", endpoint(POST=merge_taken_back), name="merge_undo"),
    path("<slug:slug>/duplicates", endpoint(POST=records_duplicates), name="duplicates"),
    path("<slug:slug>/duplicates/across", endpoint(GET=kin_pairs), name="duplicates_across"),
    path(
        "<slug:slug>/duplicates/across/<int:pair_id>/different",
        endpoint(POST=kin_pair_differs),
        name="duplicates_across_different",
    ),
    path("<slug:slug>/merge", endpoint(POST=records_merged), name="merge"),
    path("<slug:slug>/bulk", endpoint(POST=records_bulk), name="bulk"),
    path("<slug:slug>/actions/<slug:action>", endpoint(POST=records_action), name="records_action"),
    path(RECORD, endpoint(GET=record_read, PATCH=record_change, DELETE=record_delete), name="record"),
    path(f"{RECORD}/restore", endpoint(POST=record_restore), name="restore"),
    path(f"{RECORD}/purge", endpoint(POST=record_purge), name="purge"),
    path(f"{RECORD}/follow", endpoint(POST=record_followed), name="follow"),
    path(f"{RECORD}/unfollow", endpoint(POST=record_left), name="unfollow"),
    path(f"{RECORD}/values", endpoint(GET=record_values, POST=record_value_said), name="values"),
    path(f"{RECORD}/approvals", endpoint(GET=record_approvals, POST=record_approval_asked), name="record_approvals"),
    path(f"{RECORD}/history", endpoint(GET=record_history), name="history"),
    path(f"{RECORD}/timeline", endpoint(GET=record_timeline), name="timeline"),
    path(f"{RECORD}/actions/<slug:action>", endpoint(POST=record_action), name="action"),
]

urlpatterns = [
    path("", openapi_page, name="description"),
    path("openapi.json", openapi_document, name="openapi"),
    path("v1/", include(versioned)),
    re_path(r"^.*$", not_found, name="not_found"),
]
