"""Tables of collection."""

from __future__ import annotations

from zhike.domain.collection.models.check_rules import CheckRules
from zhike.domain.collection.models.interview import InterviewRun, Script
from zhike.domain.collection.models.link import CheckLink
from zhike.domain.collection.models.proposal import Proposal, ProposalState, ProposedValue
from zhike.domain.collection.models.submission import FormSubmission, SubmissionState
from zhike.domain.collection.models.web_form import Assignment, FormDay, FormState, FormTurn, FormVersion, WebForm

__all__ = [
    "Assignment",
    "CheckLink",
    "CheckRules",
    "FormDay",
    "FormState",
    "FormSubmission",
    "FormTurn",
    "FormVersion",
    "InterviewRun",
    "Proposal",
    "ProposalState",
    "ProposedValue",
    "Script",
    "SubmissionState",
    "WebForm",
]
