"""What members of a provider see: their offers, places and times, and the orders that were sent to them."""
