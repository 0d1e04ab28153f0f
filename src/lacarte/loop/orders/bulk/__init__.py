"""Many needs or orders at once: what would become of each, done one by one, and taken back together."""
