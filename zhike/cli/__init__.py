"""The zhike command."""
