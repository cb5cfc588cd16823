"""What was done and what is to do: interactions and tasks."""
