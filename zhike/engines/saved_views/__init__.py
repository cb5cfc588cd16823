"""Saved views: a list's filter, order and columns under a name, kept to oneself or shared."""
