"""Fixtures that several files use."""

from .test_faults import life

__all__ = ["life"]
