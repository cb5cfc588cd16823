"""Comments on any record, with colleagues mentioned."""
