"""What people do with targets."""
