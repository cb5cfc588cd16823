"""Tables of contracts, one subject a module."""

from __future__ import annotations

from zhike.domain.contracts.models.contract import Contract
from zhike.domain.contracts.models.obligation import ContractObligation
from zhike.domain.contracts.models.template import ContractTemplate

__all__ = ["Contract", "ContractObligation", "ContractTemplate"]
