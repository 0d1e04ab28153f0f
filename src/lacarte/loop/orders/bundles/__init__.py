"""Several services in one conversation: each fact is asked once, each part goes its own way."""
