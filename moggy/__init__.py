"""Moggy: the open stack for pet robots that feel."""

__version__ = "0.1.0"
