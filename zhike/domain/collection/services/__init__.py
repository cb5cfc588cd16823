"""What people and visitors do with forms, submissions, proposals and links."""
