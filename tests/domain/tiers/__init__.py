"""Value tiers: grading, history, overrides, alerts and strategy."""
