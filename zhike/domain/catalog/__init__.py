"""Products: what the firm sells, in which categories, at which prices."""
