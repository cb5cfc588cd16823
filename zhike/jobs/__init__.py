"""Background work: a durable queue, its workers and one scheduler."""
