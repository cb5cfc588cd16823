"""The kind that every object has: a word asked for on the record's page, where an administrator drew a flow for it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.engines.approvals.kinds import ApprovalKind, register

GENERAL = register(ApprovalKind("general", _("Approval of a record"), icon="checks", is_general=True, is_offered=True))
