"""The addresses of a need's pages, as they stand in messages: pages are upstairs, so they are written out."""

from __future__ import annotations

from django.conf import settings

from lacarte.loop.needs.models import Need


def link_of(need: Need) -> str:
    """The private link of a need: whoever has it, has the need."""
    return f"{site_address()}/n/{need.secret}/" if need.secret else public_link_of(need)


def public_link_of(need: Need) -> str:
    """The page of a need as everybody may see it."""
    return f"{site_address()}/needs/{need.reference}/"


def site_address() -> str:
    """Where the site is reached, without a slash at its end."""
    return str(settings.CONFIGURED["site_address"]).rstrip("/")
