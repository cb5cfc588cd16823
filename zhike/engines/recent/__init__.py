"""The records that a person opened last."""
