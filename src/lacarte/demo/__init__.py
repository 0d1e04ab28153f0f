"""A fictional city to try everything on, drawn from a seed."""
