"""One file per object of contracts; importing this package registers them."""

from __future__ import annotations

from zhike.domain.contracts.objects import contract, template

__all__ = ["contract", "template"]
