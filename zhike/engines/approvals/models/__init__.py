"""Tables of approvals: flows with their versions, approvals with their paths, and what happened on them."""

from zhike.engines.approvals.models.approval import RUNNING, TONES, Approval, ApprovalState
from zhike.engines.approvals.models.event import ApprovalEvent, Happening
from zhike.engines.approvals.models.flow import ApprovalFlow, ApprovalVersion
from zhike.engines.approvals.models.step import ApprovalSigner, ApprovalStep, SignerState, StepState

__all__ = [
    "RUNNING",
    "TONES",
    "Approval",
    "ApprovalEvent",
    "ApprovalFlow",
    "ApprovalSigner",
    "ApprovalState",
    "ApprovalStep",
    "ApprovalVersion",
    "Happening",
    "SignerState",
    "StepState",
]
