"""Forms that are sent twice by a double click or an impatient reload are carried out once."""
