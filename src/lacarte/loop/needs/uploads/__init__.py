"""Photos and documents that come with a need."""
