"""What a crew does outside on a day: which orders, in which order of travel, and what its phones send."""
