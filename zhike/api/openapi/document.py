"""The OpenAPI 3.1 document of the whole interface, made from the descriptors at the moment it is asked for.

Custom fields and objects are in it as soon as they exist. It describes the interface, not the rights: it is the same for
everybody who may read it, and holds no data.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhike import __version__
from zhike.api.openapi.configuration import quality, settings, web_form_designs
from zhike.api.openapi.files import transfers
from zhike.api.openapi.general import approvals, objects, pools, reviews, search, self_update, targets
from zhike.api.openapi.parts import MASKED, PROBLEM, Schema
from zhike.api.openapi.records import record_paths, record_schemas
from zhike.metadata import registry


def document() -> Schema:
    """The whole document."""
    paths: Schema = {
        "/objects": {"get": objects()},
        "/search": {"get": search()},
        **transfers(),
        **pools(),
        **reviews(),
        **targets(),
        **approvals(),
        **self_update(),
        **quality(),
        **web_form_designs(),
        **settings(),
    }
    schemas: Schema = {"Problem": PROBLEM, "Masked": MASKED}
    for object_type in registry.all_types():
        schemas |= record_schemas(object_type)
        paths |= record_paths(object_type)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "知客 Zhike",
            "version": __version__,
            "description": _(
                "Everything that people do in the browser, for programs. Rights are those of the token's owner."
            ),
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
