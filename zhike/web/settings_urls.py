"""Addresses of the settings."""

from __future__ import annotations

from django.urls import path

from zhike.web.views.settings import (
    calendar,
    departments,
    field_kind,
    fields,
    index,
    objects,
    people,
    quality,
    role_fields,
    roles,
    sign_ins,
    tiers,
    why,
)

urlpatterns = [
    path("", index.index, name="settings"),
    path("people/", people.people_list, name="settings_people"),
    path("people/new/", people.person_new, name="settings_person_new"),
    path("people/<int:user_id>/", people.person, name="settings_person"),
    path("people/<int:user_id>/active/", people.person_active, name="settings_person_active"),
    path("people/<int:user_id>/password/", people.person_password, name="settings_person_password"),
    path("people/<int:user_id>/sign-out/", people.person_sign_out, name="settings_person_sign_out"),
    path("departments/", departments.departments, name="settings_departments"),
    path("roles/", roles.role_list, name="settings_roles"),
    path("roles/<slug:key>/", roles.role_page, name="settings_role"),
    path("roles/<slug:key>/delete/", roles.role_delete, name="settings_role_delete"),
    path("roles/<slug:key>/<slug:object_key>/", role_fields.role_fields, name="settings_role_fields"),
    path("fields/", fields.field_objects, name="settings_fields"),
    path("fields/<slug:object_key>/", fields.field_list, name="settings_object_fields"),
    path("fields/<slug:object_key>/new/", fields.field_new, name="settings_field_new"),
    path("fields/<slug:object_key>/options/", fields.field_options, name="settings_field_options"),
    path("fields/<slug:object_key>/name/<slug:key>/", fields.field_name, name="settings_field_name"),
    path("fields/<slug:object_key>/order/", fields.field_order, name="settings_field_order"),
    path("fields/<slug:object_key>/<int:field_id>/", fields.field_page, name="settings_field"),
    path("fields/<slug:object_key>/<int:field_id>/use/", fields.field_use, name="settings_field_use"),
    path("fields/<slug:object_key>/<int:field_id>/numbers/", fields.field_numbers, name="settings_field_numbers"),
    path("fields/<slug:object_key>/<int:field_id>/kind/", field_kind.field_kind, name="settings_field_kind"),
    path(
        "fields/<slug:object_key>/<int:field_id>/kind/undo/",
        field_kind.field_kind_undo,
        name="settings_field_kind_undo",
    ),
    path("objects/", objects.object_list, name="settings_objects"),
    path("objects/new/", objects.object_new, name="settings_object_new"),
    path("objects/<int:object_id>/", objects.object_page, name="settings_object"),
    path("objects/<int:object_id>/use/", objects.object_use, name="settings_object_use"),
    path("calendar/", calendar.calendar, name="settings_calendar"),
    path("tiers/", tiers.schemes, name="settings_tiers"),
    path("tiers/<slug:key>/", tiers.scheme_page, name="settings_tier"),
    path("tiers/<slug:key>/run/", tiers.scheme_run, name="settings_tier_run"),
    path("quality/", quality.quality_rules, name="settings_quality"),
    path("why/", why.why_page, name="settings_why"),
    path("sign-ins/", sign_ins.sign_ins, name="settings_sign_ins"),
]
