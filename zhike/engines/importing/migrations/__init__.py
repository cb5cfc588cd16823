"""Tables of the import engine."""
