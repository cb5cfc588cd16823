"""Leads: who might become a customer, scored, given to somebody, answered in time, and turned into a customer or returned."""
