"""What people do with deals."""
