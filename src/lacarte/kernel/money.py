"""Money: whole minor units and a currency, never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext, pgettext_lazy

#: ISO 4217 currencies that do not have two decimals.
_DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "TND": 3}
#: Currencies that a language of the pages has a word for.
_PATTERNS = {"CNY": pgettext_lazy("money", "%(amount)s CNY")}


@dataclass(frozen=True, order=True)
class Money:
    """``minor`` units (cents, fen) of ``currency`` (ISO 4217)."""

    currency: str
    minor: int

    def __post_init__(self) -> None:
        if len(self.currency) != 3 or not self.currency.isupper():
            raise ValueError(f"“{self.currency}” is not an ISO 4217 currency code such as EUR")

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.currency, self.minor + other.minor)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exactly."""
        return Decimal(self.minor).scaleb(-_DECIMALS.get(self.currency, 2))

    def __str__(self) -> str:
        """As people read it, in the reader's number format: ``free``, ``75 CNY`` or ``12.50 CNY``."""
        if self.minor == 0:
            return gettext("free")
        places = 0 if self.amount == int(self.amount) else _DECIMALS.get(self.currency, 2)
        amount = number_format(self.amount, decimal_pos=places, force_grouping=True)
        pattern = _PATTERNS.get(self.currency, "%(amount)s %(currency)s")
        return str(pattern) % {"amount": amount, "currency": self.currency}
