"""From an accepted order to one that is done: dispatch, deadlines, several bodies together, and what is late."""
