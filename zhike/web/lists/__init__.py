"""Lists of records: what their addresses say, how they are drawn, filtered in words and changed in bulk."""
