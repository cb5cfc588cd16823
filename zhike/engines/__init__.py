"""Surfaces built on descriptors only; no engine imports another."""
