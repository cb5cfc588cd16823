"""Settings, environment, URLs and the WSGI entry."""
