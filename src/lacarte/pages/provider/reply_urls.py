"""Addresses where a provider answers bad ratings."""

from django.urls import path

from lacarte.pages.provider import replies

urlpatterns = [
    path("", replies.listed, name="provider-replies"),
    path("<uuid:key>/", replies.answer, name="provider-reply"),
]
