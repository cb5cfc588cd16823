"""People: users, departments, roles, sessions and tokens."""
