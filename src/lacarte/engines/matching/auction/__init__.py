"""Our own solver: an auction with falling increments, and prices that prove what it finds."""
