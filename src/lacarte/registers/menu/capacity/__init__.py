"""Capacity: lots, the rules that make them, and holds, by which alone what is free changes."""
