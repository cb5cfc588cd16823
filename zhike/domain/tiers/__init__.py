"""Value tiers: schemes side by side, versioned rules or weighted scores, grades with their reasons, and what each tier is due."""
