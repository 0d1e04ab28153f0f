"""Objections to answers: whoever objected hears that it is answered, officials that it is due or late."""
