"""Spreadsheets into records: columns recognised, rows checked, written in batches, and all of it undoable."""
