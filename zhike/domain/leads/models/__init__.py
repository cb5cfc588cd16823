"""Tables of leads and their rules."""

from zhike.domain.leads.models.lead import OPEN, Lead, LeadState
from zhike.domain.leads.models.rules import AssignWay, LeadRule, LeadScoreRule, LeadTurn

__all__ = ["OPEN", "AssignWay", "Lead", "LeadRule", "LeadScoreRule", "LeadState", "LeadTurn"]
