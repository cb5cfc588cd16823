"""Quotes: their lines, sums, versions, limits and answers."""
