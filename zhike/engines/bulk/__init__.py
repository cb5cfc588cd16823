"""Doing one thing to many records: at once up to 500, as a job above that, and in either case undoable."""
