"""Duplicates: finding records of the same firm or person, saying why, and remembering what people decided."""
