"""Approvals: what one person may not decide alone goes along a path of people who may, on any object."""
