"""What the pages of archive review have in common."""
