"""Understanding what people write: the language, and the label, such as a service type, that a text calls for."""

from lacarte.engines.text.classifier import Classifier, Suggestion, fit, share_of, text_key
from lacarte.engines.text.language import language, read_language
from lacarte.engines.text.quality import Quality, chance_better, macro_f1_of, measure

__all__ = [
    "Classifier",
    "Quality",
    "Suggestion",
    "chance_better",
    "fit",
    "language",
    "macro_f1_of",
    "measure",
    "read_language",
    "share_of",
    "text_key",
]
