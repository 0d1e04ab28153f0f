"""Personal data in what people write: where it is, of which kind, and the text without it."""

from lacarte.engines.text.personal.find import KINDS, Span, find, hide, hide_all

__all__ = ["KINDS", "Span", "find", "hide", "hide_all"]
