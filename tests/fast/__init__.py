"""A few seconds of tests that say whether the house still stands."""
