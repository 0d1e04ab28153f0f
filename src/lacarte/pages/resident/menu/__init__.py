"""The menu for one person: what happened to them, their list, and each service."""
