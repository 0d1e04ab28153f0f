"""Ordering one service or a whole bundle: one conversation, then one page that shows where every part stands."""
