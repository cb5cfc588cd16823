"""Addresses of records, below the slug of an object type."""

from __future__ import annotations

from django.urls import path

from zhike.web.views import (
    approvals,
    comments,
    composer,
    files,
    following,
    receivables,
    record_actions,
    record_detail,
    record_fact,
    record_form,
    record_history,
    record_people,
    tiers,
    value_sources,
    values,
)

urlpatterns = [
    path("new/", record_form.record_new, name="record_new"),
    path("<int:record_id>/", record_detail.record_detail, name="record_detail"),
    path("<int:record_id>/band/", record_detail.record_band, name="record_band"),
    path("<int:record_id>/peek/", record_detail.record_peek, name="record_peek"),
    path("<int:record_id>/timeline/", record_detail.record_timeline, name="record_timeline"),
    path("<int:record_id>/opened/", record_detail.opened, name="record_opened"),
    path("<int:record_id>/follow/", following.follow, name="record_follow"),
    path("<int:record_id>/edit/", record_form.record_edit, name="record_edit"),
    path("<int:record_id>/facts/<slug:key>/", record_fact.record_fact, name="record_fact"),
    path("<int:record_id>/values/<slug:key>/", values.record_value, name="record_value"),
    path("<int:record_id>/action/<slug:key>/", record_actions.record_action, name="record_action"),
    path("<int:record_id>/approvals/ask/", approvals.approval_ask, name="approval_ask"),
    path("<int:record_id>/delete/", record_actions.delete, name="record_delete"),
    path("<int:record_id>/restore/", record_actions.restore, name="record_restore"),
    path("<int:record_id>/history/", record_history.record_history, name="record_history"),
    path("<int:record_id>/sources/", value_sources.record_sources, name="record_sources"),
    path("<int:record_id>/team/", record_people.team, name="record_team"),
    path("<int:record_id>/team/<int:user_id>/remove/", record_people.team_remove, name="record_team_remove"),
    path("<int:record_id>/why/", record_people.why_seen, name="record_why"),
    path("<int:record_id>/statement/", receivables.statement, name="statement"),
    path("<int:record_id>/tiers/", tiers.why_tier, name="record_tiers"),
    path("<int:record_id>/log/", composer.log, name="record_log"),
    path("<int:record_id>/files/", files.upload, name="file_upload"),
    path("<int:record_id>/people/", comments.people, name="mentionable"),
    path("<int:record_id>/comments/", comments.add, name="comment_add"),
    path("<int:record_id>/comments/<int:comment_id>/edit/", comments.edit, name="comment_edit"),
    path("<int:record_id>/comments/<int:comment_id>/delete/", comments.delete, name="comment_delete"),
    path("<int:record_id>/comments/<int:comment_id>/restore/", comments.restore, name="comment_restore"),
]
