"""Check digits and dates that tell a number of a person from any other number."""

from __future__ import annotations

from datetime import date

#: First two digits of a Chinese identity number (GB/T 2260).
_PROVINCES = frozenset(
    [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82]
)
#: Length of an IBAN by country (ISO 13616 registry), of the countries that have most of them.
IBAN_LENGTH = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27,
    "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24,
    "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26, "UA": 29,
}  # fmt: skip
_CARD_LENGTHS = (
    *((str(first), 16, 16) for first in range(222, 273)), ("5", 16, 16), ("4", 13, 19), ("6", 16, 19),
    ("34", 15, 15), ("35", 16, 16), ("37", 15, 15),
)  # fmt: skip


def digits_of(text: str) -> str:
    """The digits alone."""
    return "".join(filter(str.isdigit, text))


def is_day(year: str, month: str, day: str) -> bool:
    """Whether there is such a day."""
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def is_identity(number: str) -> bool:
    """A Chinese identity number of 18 signs: province, day of birth and check sign (GB 11643)."""
    return looks_like_identity(number) and _check_sign(number[:17]) == number[17].upper()


def looks_like_identity(number: str) -> bool:
    """As :func:`is_identity` but for the check sign, which is where a slip of the pen shows."""
    return int(number[:2]) in _PROVINCES and is_day(number[6:10], number[10:12], number[12:14])


def is_old_identity(number: str) -> bool:
    """A Chinese identity number of the 15 digits that were given until 1999."""
    return int(number[:2]) in _PROVINCES and is_day("19" + number[6:8], number[8:10], number[10:12])


def _check_sign(first: str) -> str:
    total = sum(int(sign) * pow(2, 17 - place, 11) for place, sign in enumerate(first))
    return "10X98765432"[total % 11]


def is_iban(number: str) -> bool:
    """An international bank account number: known length and remainder 1 by 97 (ISO 13616, ISO 7064)."""
    if IBAN_LENGTH.get(number[:2]) != len(number):
        return False
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def is_card(number: str) -> bool:
    """A bank card: an issuer's first digits, its length, and the Luhn sum (ISO/IEC 7812)."""
    issued = any(number.startswith(start) and low <= len(number) <= high for start, low, high in _CARD_LENGTHS)
    return issued and luhn(number)


def luhn(number: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others."""
    doubled = (sum(divmod(2 * int(sign), 10)) for sign in number[-2::-2])
    return (sum(map(int, number[-1::-2])) + sum(doubled)) % 10 == 0


def is_network_address(text: str) -> bool:
    """Four numbers up to 255 without leading zeros, one of them from 100 up: “1.8.15.22” are days of a month."""
    numbers = [int(part) for part in text.split(".")]
    return text == ".".join(map(str, numbers)) and 100 <= max(numbers) <= 255
