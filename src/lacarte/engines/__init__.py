"""Pure computation: arrays in, arrays out. No Django, no clock, no file, no database."""
