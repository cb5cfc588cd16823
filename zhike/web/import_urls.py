"""Addresses of imports and exports, below the slug of an object type."""

from __future__ import annotations

from django.urls import path

from zhike.web.views import exports, imports

urlpatterns = [
    path("export/", exports.export_list, name="export_list"),
    path("import/", imports.import_upload, name="import_page"),
    path("import/template/", imports.import_template, name="import_template"),
    path("import/<int:import_id>/", imports.import_run, name="import_one"),
    path("import/<int:import_id>/cancel/", imports.import_cancel, name="import_stop"),
    path("import/<int:import_id>/undo/", imports.import_undo, name="import_take_back"),
    path("import/<int:import_id>/rejected/", imports.import_rejected, name="import_refused_rows"),
]
