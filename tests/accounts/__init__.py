"""Tests of people, departments, rights and sessions."""
