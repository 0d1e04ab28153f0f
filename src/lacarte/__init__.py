"""Lacarte: public services à la carte. What people need decides what is supplied."""

__version__ = "0.1.0"
