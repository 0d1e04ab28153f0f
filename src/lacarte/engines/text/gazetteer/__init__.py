"""Where a text is about: the places of a city found in what people write."""

from lacarte.engines.text.gazetteer.index import Gazetteer, street_key
from lacarte.engines.text.gazetteer.learning import Learnt, learn, read_address
from lacarte.engines.text.gazetteer.place import AREA, CROSSING, STREET, Found, Place
from lacarte.engines.text.gazetteer.spelling import has_han

__all__ = [
    "AREA",
    "CROSSING",
    "STREET",
    "Found",
    "Gazetteer",
    "Learnt",
    "Place",
    "has_han",
    "learn",
    "read_address",
    "street_key",
]
