"""Tests of risk customers."""
