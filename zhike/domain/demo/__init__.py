"""The demo business: a Chinese branch with customers, history and stories, generated the same each time."""
