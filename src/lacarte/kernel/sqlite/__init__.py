"""Django's SQLite backend in production form."""
