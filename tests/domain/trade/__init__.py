"""Transactions, holdings and the figures that come from them."""
