"""Tables of deals, one subject a module."""

from __future__ import annotations

from zhike.domain.deals.models.line import OpportunityLine
from zhike.domain.deals.models.move import StageMove
from zhike.domain.deals.models.opportunity import Opportunity
from zhike.domain.deals.models.pipeline import Pipeline, PipelineVersion
from zhike.domain.deals.models.process import ProcessStep
from zhike.domain.deals.models.selling import MaterialSent, NegotiationStep, Stakeholder

__all__ = [
    "MaterialSent",
    "NegotiationStep",
    "Opportunity",
    "OpportunityLine",
    "Pipeline",
    "PipelineVersion",
    "ProcessStep",
    "StageMove",
    "Stakeholder",
]
