"""In which order to go to many places: an open tour from a start, with windows of time that are to be kept."""

from lacarte.engines.routing.stops import Stops, Tour
from lacarte.engines.routing.tour import tour, tour_along

__all__ = ["Stops", "Tour", "tour", "tour_along"]
