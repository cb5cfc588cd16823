"""Addresses of the pages."""

from __future__ import annotations

from django.urls import include, path

from zhike.web.views import (
    batches,
    composer,
    exports,
    files,
    job_list,
    jobs,
    me,
    notifications,
    search,
    session,
    vcards,
    work_page,
)

urlpatterns = [
    path("", work_page.work_page, name="work"),
    path("feeds/", work_page.feeds, name="work_feeds"),
    path("search/", search.search_everything, name="search"),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/read/", notifications.read_all, name="notifications_read"),
    path("login/", session.sign_in, name="login"),
    path("logout/", session.sign_out, name="logout"),
    path("language/", session.choose_language, name="language"),
    path("me/", me.profile, name="me"),
    path("me/password/", me.password, name="password_change"),
    path("me/sessions/<int:session_id>/end/", me.end_session, name="session_end"),
    path("me/sessions/end/", me.end_other_sessions, name="sessions_end"),
    path("me/tokens/", me.create_token, name="token_create"),
    path("me/tokens/<int:token_id>/revoke/", me.revoke_token, name="token_revoke"),
    path("vcards/", vcards.vcards, name="vcards"),
    path("settings/", include("zhike.web.settings_urls")),
    path("log/", composer.log_anywhere, name="log"),
    path("files/", files.upload_loose, name="file_upload_loose"),
    path("files/<int:file_id>/", files.download, name="file_download"),
    path("files/<int:file_id>/delete/", files.delete, name="file_delete"),
    path("files/<int:file_id>/restore/", files.restore, name="file_restore"),
    path("files/<int:file_id>/<slug:size>/", files.picture, name="file_picture"),
    path("o/<slug:slug>/", include("zhike.web.import_urls")),
    path("o/<slug:slug>/", include("zhike.web.list_urls")),
    path("o/<slug:slug>/", include("zhike.web.record_urls")),
    path("batches/<int:batch_id>/", batches.batch_page, name="batch"),
    path("batches/<int:batch_id>/undo/", batches.batch_undo, name="batch_undo"),
    path("exports/<int:export_id>/", exports.export_page, name="export_one"),
    path("exports/<int:export_id>/cancel/", exports.export_cancel, name="export_stop"),
    path("exports/<int:export_id>/file/", exports.export_file, name="export_download"),
    path("jobs/", job_list.job_list, name="jobs"),
    path("jobs/<int:job_id>/stop/", job_list.stop, name="job_stop"),
    path("jobs/<int:job_id>/retry/", job_list.retry, name="job_retry"),
    path("jobs/<int:job_id>/", jobs.job_page, name="job"),
    path("jobs/<int:job_id>/cancel/", jobs.cancel, name="job_cancel"),
    path("jobs/<int:job_id>/undo/", jobs.undo, name="job_undo"),
]
