"""Who may do what, over every endpoint, role and relation to the record."""
