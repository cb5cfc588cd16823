"""What administrators see of the definitions of fields and objects."""
