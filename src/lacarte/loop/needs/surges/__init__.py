"""Burning issues: what suddenly grows somewhere, against its own usual season."""
