"""The offers of one provider as a CSV file: a row for each place of an offer. See docs/how-to/keep-offers.md."""

from lacarte.standards.offers.loading import Preview, import_offers, preview_offers
from lacarte.standards.offers.writing import write_offers

__all__ = ["Preview", "import_offers", "preview_offers", "write_offers"]
