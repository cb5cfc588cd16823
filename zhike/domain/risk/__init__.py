"""Risk customers: evidence, level by versioned rules, anomalies that must be answered, irregular reminders and visits, credit holds."""
