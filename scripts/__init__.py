"""What the Makefile calls: preparing a machine and running the whole suite on it."""
