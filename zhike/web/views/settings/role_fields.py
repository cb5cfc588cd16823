"""Fields of one object type that a role sees masked, only reads, or does not see at all."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from zhike.accounts import roles
from zhike.accounts.middleware import AccountRequest
from zhike.accounts.role_book import current_book
from zhike.metadata import registry
from zhike.metadata.actor import FieldAccess
from zhike.metadata.fields.base import Field, Label
from zhike.metadata.object_type import ObjectType, UnknownObject
from zhike.web.settings_pages import belongs_to, settings_render
from zhike.web.views.settings.roles import PAGE

ACCESS_LABELS: Mapping[FieldAccess, Label] = {
    FieldAccess.EDIT: gettext_lazy("see and change"),
    FieldAccess.READ_ONLY: gettext_lazy("only see"),
    FieldAccess.MASKED: gettext_lazy("see masked"),
    FieldAccess.HIDDEN: gettext_lazy("not see"),
}
ACCESS_VALUES = {str(access.value): access for access in FieldAccess}


@belongs_to(PAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def role_fields(request: AccountRequest, key: str, object_key: str) -> HttpResponse:
    """The role's rules for the fields of an object type; POST saves them."""
    role = roles.role_by_key(key)
    object_type = found_type(object_key)
    if request.method == "POST":
        posted = {field.key: request.POST.get(f"field:{field.key}", "") for field in ruled_fields(object_type)}
        wanted = {name: ACCESS_VALUES[value] for name, value in posted.items() if value in ACCESS_VALUES}
        roles.field_rules_set(role, object_key, wanted, actor=request.actor)
        return HttpResponseRedirect(reverse("settings_role_fields", args=[role.key, object_key]))
    rules = current_book()[role.pk].fields.get(object_key, {})
    context = {
        "role": role,
        "role_name": _(role.name),
        "object_type": object_type,
        "rows": [
            {
                "field": field,
                "options": options(field, rules.get(field.key, FieldAccess.EDIT)),
                "ruled": field.key in rules,
            }
            for field in ruled_fields(object_type)
        ],
    }
    heading = _("%(role)s: fields of %(object)s") % {"role": _(role.name), "object": object_type.label_plural}
    return settings_render(request, PAGE, "settings/role_fields.html", context, heading=heading)


def found_type(object_key: str) -> ObjectType:
    try:
        return registry.get(object_key)
    except UnknownObject as failure:
        raise Http404 from failure


def ruled_fields(object_type: ObjectType) -> list[Field]:
    """Fields about which a role may have a rule: all but the number and the title, without which nothing can be shown."""
    return [field for field in object_type.active_fields if field.key not in {"id", object_type.title}]


def options(field: Field, access: FieldAccess) -> list[tuple[int, Label, bool]]:
    """What may be chosen; a field that the system sets cannot be changed by anybody."""
    choices = {
        value: label
        for value, label in ACCESS_LABELS.items()
        if not (field.readonly and value is FieldAccess.READ_ONLY)
    }
    labels = {**choices, FieldAccess.EDIT: ACCESS_LABELS[FieldAccess.READ_ONLY]} if field.readonly else choices
    return [(value.value, label, value is access) for value, label in labels.items()]
