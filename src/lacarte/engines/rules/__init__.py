"""Rules that officials keep as tables: what they ask, what they say, and what is not settled yet."""
