"""Collecting customer data: web forms, links by which customers check their own data, and where each value comes from."""
