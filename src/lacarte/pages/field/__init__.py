"""Field work: the page of crews on their phones."""
