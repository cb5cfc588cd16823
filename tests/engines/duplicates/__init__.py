"""Tests of the duplicate finder."""
