"""Who is entitled to what: requirements, and what proves them."""
