"""A custom field becomes another kind of field: what converts, what does not, and the way back."""
