"""What programs read in the head of a page."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lacarte.registers.menu.models import ServiceType
from lacarte.standards.cpsv.publishing import MEDIA_TYPES
from lacarte.standards.cpsv.schema_org import data_block, government_service

register = template.Library()


@register.simple_tag
def linked_data(kind: ServiceType) -> SafeString:
    """Where a service is told in RDF, and what schema.org has to say of it."""
    forms = (
        (media_type, reverse("linked-data", args=("services", kind.code, ending.removeprefix("."))))
        for ending, media_type in MEDIA_TYPES.items()
    )
    others = format_html_join("", '<link rel="alternate" type="{}" href="{}">', forms)
    return format_html("{}{}", others, data_block(government_service(kind)))
