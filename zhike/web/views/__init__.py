"""Views of the browser, one module a subject."""
