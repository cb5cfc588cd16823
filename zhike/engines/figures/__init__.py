"""Figures: values computed from other records, one row per record, kept fresh by the change log and nightly."""
