"""E-mail: what comes in by IMAP or as files, and what goes out."""
