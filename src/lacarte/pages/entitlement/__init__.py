"""Pages on which officials read and keep tables of rules."""
