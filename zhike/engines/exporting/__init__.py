"""Lists into spreadsheets, in the background, with rights and a log."""
