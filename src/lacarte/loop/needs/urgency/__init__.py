"""How urgent a need is by what was said, and danger to life, which a person looks at within a minute."""
