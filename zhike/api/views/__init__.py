"""Handlers of the endpoints, one file a kind of thing."""
