"""Tests of the business calendar."""
