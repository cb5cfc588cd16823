"""Targets: what people, departments and product categories are to sell in a year, quarter or month, and how far they are."""
