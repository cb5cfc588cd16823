"""Tests of key accounts and need classes."""
