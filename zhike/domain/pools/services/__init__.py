"""What people and the calendar do with pools."""
