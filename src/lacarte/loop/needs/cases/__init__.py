"""Needs that tell of the same thing: found, joined into one case, parted, followed."""
