"""Looking for something on the menu in one's own words."""
