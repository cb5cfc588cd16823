"""Pages of single records: what they show, drawn from descriptors alone."""
