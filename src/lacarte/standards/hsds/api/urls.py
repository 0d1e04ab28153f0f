"""Addresses of HSDS, by its version."""

from django.urls import path, re_path

from lacarte.standards.hsds.api import views
from lacarte.standards.hsds.api.openapi import LISTS
from lacarte.standards.hsds.own.views import service

_VERSION = r"^(?P<version>3\.0|3\.1)"
_LIST = rf"{_VERSION}/(?P<path>{'|'.join(LISTS)})"

urlpatterns = [
    re_path(rf"{_VERSION}/?\Z", views.about, name="hsds"),
    re_path(rf"{_VERSION}/openapi\.json\Z", views.openapi, name="hsds-openapi"),
    re_path(rf"{_LIST}/?\Z", views.listing, name="hsds-list"),
    re_path(rf"{_LIST}/(?P<key>[^/]+)\Z", views.single, name="hsds-one"),
    re_path(rf"{_VERSION}/[\s\S]*\Z", views.nothing),
    path("own/services/<uuid:key>", service, name="hsds-own"),
    path("", views.about, {"version": "3.1"}),
]
