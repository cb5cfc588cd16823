"""What people and customers do with quotes."""
