"""Tests of the queue, its workers and the scheduler."""
