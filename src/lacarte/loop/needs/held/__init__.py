"""What a person reads before anything else happens."""
