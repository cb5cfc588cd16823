"""Addresses of lists, below the slug of an object type."""

from __future__ import annotations

from django.urls import path

from zhike.web.views import (
    board,
    bulk,
    calendar,
    cell_edit,
    duplicates,
    kin_duplicates,
    merging,
    picker,
    record_lines,
    record_list,
    recycle_bin,
    saved_views,
)

urlpatterns = [
    path("", record_list.record_list, name="record_list"),
    path("count/", record_list.record_count, name="record_count"),
    path("filter/", record_list.filter_builder, name="filter_builder"),
    path("pick/", picker.pick, name="picker"),
    path("lines/", record_lines.line_sums, name="line_sums"),
    path("board/", board.board, name="board"),
    path("board/filter/", record_list.filter_builder, {"base": "board/"}, name="board_filter"),
    path("board/columns/", saved_views.columns, {"base": "board/"}, name="board_columns"),
    path("board/more/", board.board_more, name="board_more"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/filter/", record_list.filter_builder, {"base": "calendar/"}, name="calendar_filter"),
    path("calendar/columns/", saved_views.columns, {"base": "calendar/"}, name="calendar_columns"),
    path("<int:record_id>/day/", calendar.move, name="calendar_move"),
    path("<int:record_id>/move/", board.move, name="board_move"),
    path("bin/", recycle_bin.bin_page, name="bin"),
    path("bin/<int:record_id>/restore/", recycle_bin.bin_restore, name="bin_restore"),
    path("bin/<int:record_id>/purge/", recycle_bin.bin_purge, name="bin_purge"),
    path("duplicates/", duplicates.candidates, name="duplicates"),
    path("duplicates/hints/", duplicates.duplicate_hints, name="duplicate_hints"),
    path("duplicates/scan/", duplicates.start, name="duplicates_scan"),
    path("duplicates/different/", duplicates.different, name="duplicates_different"),
    path("duplicates/across/", kin_duplicates.kin_candidates, name="duplicates_across"),
    path(
        "duplicates/across/<int:pair_id>/different/", kin_duplicates.kin_different, name="duplicates_across_different"
    ),
    path("duplicates/ask/<str:token>/", duplicates.conflict, name="conflict"),
    path("merge/", merging.merge_page, name="merge"),
    path("columns/", saved_views.columns, name="columns"),
    path("views/new/", saved_views.view_new, name="view_new"),
    path("views/order/", saved_views.views_order, name="views_order"),
    path("views/<int:view_id>/update/", saved_views.view_update, name="view_update"),
    path("views/<int:view_id>/rename/", saved_views.view_rename, name="view_rename"),
    path("views/<int:view_id>/share/", saved_views.view_share, name="view_share"),
    path("views/<int:view_id>/duplicate/", saved_views.view_duplicate, name="view_duplicate"),
    path("views/<int:view_id>/delete/", saved_views.view_delete, name="view_delete"),
    path("bulk/edit/", bulk.bulk_edit, name="bulk_edit"),
    path("bulk/control/", bulk.bulk_control, name="bulk_control"),
    path("bulk/assign/", bulk.bulk_assign, name="bulk_assign"),
    path("bulk/tags/", bulk.bulk_tags, name="bulk_tags"),
    path("bulk/delete/", bulk.bulk_delete, name="bulk_delete"),
    path("bulk/action/<slug:key>/", bulk.bulk_action, name="bulk_action"),
    path("<int:record_id>/edit/<slug:key>/", cell_edit.cell_edit, name="cell_edit"),
]
