"""The version of moggy, which the package and the journals carry."""

__version__ = "0.1.0"
