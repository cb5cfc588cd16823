"""Tests of 知客, mirroring the package path for path."""
