"""Requests: one person asks another for something that only the other may allow."""
