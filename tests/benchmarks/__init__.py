"""Tests that what measures is right itself."""
