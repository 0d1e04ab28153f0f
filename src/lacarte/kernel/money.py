"""Money: whole minor units and a currency, never a float; and a price, which may not be known."""

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

    @classmethod
    def of(cls, currency: str, amount: Decimal) -> Money:
        """An amount in major units. Raises ``ValueError`` where it is finer than what one can pay."""
        minor = amount.scaleb(_DECIMALS.get(currency, 2))
        if minor != int(minor):
            raise ValueError(f"{amount} {currency} is finer than the smallest coin")
        return cls(currency, int(minor))

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exactly."""
        return Decimal(self.minor).scaleb(-_DECIMALS.get(self.currency, 2))

    @property
    def plain(self) -> str:
        """The amount as a field of a form or a file has it, whatever the language: ``75`` or ``12.50``."""
        return str(int(self.amount)) if self.amount == int(self.amount) else str(self.amount)

    def __str__(self) -> str:
        """As people read it, in the reader's number format: ``75 CNY`` or ``12.50 CNY``."""
        places = 0 if self.amount == int(self.amount) else _DECIMALS.get(self.currency, 2)
        amount = number_format(self.amount, decimal_pos=places, force_grouping=True)
        pattern = _PATTERNS.get(self.currency, "%(amount)s %(currency)s")
        return str(pattern) % {"amount": amount, "currency": self.currency}


@dataclass(frozen=True)
class Price:
    """What is asked of people; ``minor`` ``None``: nobody has said, which is not the same as nothing."""

    currency: str
    minor: int | None

    @property
    def money(self) -> Money | None:
        """The amount, where it is known."""
        return None if self.minor is None else Money(self.currency, self.minor)

    @property
    def plain(self) -> str:
        """As :attr:`Money.plain`; empty where it is not known."""
        return self.money.plain if self.money else ""

    def __str__(self) -> str:
        """As people read it: ``ask the price``, ``free``, or the amount."""
        if self.minor is None:
            return gettext("ask the price")
        return str(self.money) if self.minor else gettext("free")
