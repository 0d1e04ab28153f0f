"""Addresses of open linked data. They stand before those of the pages, which have the same without an ending."""

from django.urls import re_path

from lacarte.standards.cpsv import views

_ENDING = r"\.(?P<ending>ttl|jsonld)\Z"

urlpatterns = [
    re_path(r"^catalogue/?\Z", views.catalogue, name="catalogue"),
    re_path(rf"^catalogue{_ENDING}", views.catalogue, name="catalogue-file"),
    re_path(
        rf"^menu/(?P<folder>services|offers|providers|events|evidence|regions)/(?P<code>[^/]+){_ENDING}",
        views.record,
        name="linked-data",
    ),
    re_path(r"^menu/(?P<folder>offers|providers|events|evidence|regions)/(?P<code>[^/]+)/?\Z", views.record),
]
