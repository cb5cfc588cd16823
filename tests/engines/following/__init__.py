"""Tests of following records."""
