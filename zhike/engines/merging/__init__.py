"""Merging records into one, with everything that hangs on them, and taking that back."""
