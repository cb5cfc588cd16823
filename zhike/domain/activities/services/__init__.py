"""What people do: log an interaction with its next step, complete and postpone tasks."""
