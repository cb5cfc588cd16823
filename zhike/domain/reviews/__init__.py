"""Archive review: every record is confirmed by its owner at regular times, and classed by what became of it."""
