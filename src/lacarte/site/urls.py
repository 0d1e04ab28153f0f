"""All addresses of the site."""

from __future__ import annotations

from django.urls import include, path

urlpatterns: list = [
    path("language/", include("django.conf.urls.i18n")),
]
