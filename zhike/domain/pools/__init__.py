"""The public pool: customers that nobody owns, who may take them, and when they come back."""
