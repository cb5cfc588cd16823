"""The customer file: customers, contacts, relations, tags, groups."""
