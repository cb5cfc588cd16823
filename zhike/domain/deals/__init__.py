"""Deals: pipelines that say how selling goes, opportunities that run through them, and what was tried on the way."""
