"""Labelled pairs of customer records, against which the duplicate finder is measured; the product imports nothing of this."""
