"""E-mails written for tests."""

from __future__ import annotations

from email.message import EmailMessage

from tests.engines.images.drawn import photo

CITY = "needs@city.example"


def email(
    text: str = "The street lamp is broken.",
    *,
    sender: str = "Li Si <li@home.example>",
    to: str = CITY,
    subject: str = "Lamp",
    key: str = "<1@home.example>",
    photos: int = 0,
    **heads: str,
) -> bytes:
    """An e-mail as its sender's program would write it."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"], letter["Message-ID"] = sender, to, subject, key
    letter["Date"] = "Mon, 03 Nov 2025 10:12:00 +0800"
    for name, value in heads.items():
        letter[name.replace("_", "-")] = value
    letter.set_content(text)
    for seed in range(photos):
        letter.add_attachment(photo(seed), maintype="image", subtype="jpeg", filename=f"photo {seed}.jpg")
    return letter.as_bytes()
