"""Notifications in the app: who is told what, once, and as far as they may see it."""
