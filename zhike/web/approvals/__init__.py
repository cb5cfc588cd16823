"""Approvals in words: why one is needed, who must decide, and the path of one that runs."""
