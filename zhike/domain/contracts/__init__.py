"""Contracts: templates, versions with their paper, signatures, obligations and renewal."""
