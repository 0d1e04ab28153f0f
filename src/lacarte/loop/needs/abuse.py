"""What is read by a person before anything else happens: abuse and floods of text. Held, never lost."""

from __future__ import annotations


def why_held(text: str, *, channel: str = "") -> str:
    """A code that says why a person reads ``text`` first; empty where nothing speaks against it."""
    return ""
