"""Tables of the export engine."""
