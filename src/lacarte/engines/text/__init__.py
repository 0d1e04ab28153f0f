"""Understanding what people write: the language, and the service type it calls for."""

from lacarte.engines.text.language import language
from lacarte.engines.text.suggest import Suggestion, TypeSuggester

__all__ = ["Suggestion", "TypeSuggester", "language"]
