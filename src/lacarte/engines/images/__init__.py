"""Photos: encoded anew so that only the picture is left, and hashed so that like ones are found."""

from lacarte.engines.images.encoding import Fault, Photo, PhotoRefusedError, reencode
from lacarte.engines.images.likeness import different_bits, likeness

__all__ = ["Fault", "Photo", "PhotoRefusedError", "different_bits", "likeness", "reencode"]
