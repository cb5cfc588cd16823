"""How other programs export customers and contacts; each TOML file here is a layout of the import engine."""

from __future__ import annotations

from zhike.engines.importing.layouts import add_layouts

add_layouts("zhike.domain.customers", "exports")
