"""Whose work a case is: taken, given, given back, and handed on when a shift ends."""
