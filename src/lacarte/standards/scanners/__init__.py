"""Programs that look for viruses in what is sent in."""
