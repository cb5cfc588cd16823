"""Pages of collection, put together: questions as controls, tokens of public pages, numbers of a form."""
