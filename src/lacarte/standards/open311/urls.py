"""Addresses of GeoReport v2; without an ending the format is that of the ``Accept`` header."""

from django.urls import path, re_path

from lacarte.standards.open311 import views

_FORMAT = r"(?:\.(?P<format>[Xx][Mm][Ll]|[Jj][Ss][Oo][Nn]))?\Z"

urlpatterns = [
    re_path(rf"^(?:v2/)?discovery{_FORMAT}", views.discovery, name="open311-discovery"),
    path("v2/openapi.json", views.openapi, {"format": "json"}, name="open311-openapi"),
    re_path(rf"^v2/services{_FORMAT}", views.services, name="open311-services"),
    re_path(rf"^v2/services/(?P<code>[^/]+?){_FORMAT}", views.definition, name="open311-definition"),
    re_path(rf"^v2/requests{_FORMAT}", views.requests, name="open311-requests"),
    re_path(rf"^v2/requests/(?P<identifier>[^/]+?){_FORMAT}", views.request, name="open311-request"),
    re_path(rf"^v2/tokens/(?P<token>[^/]+?){_FORMAT}", views.token, name="open311-token"),
    re_path(rf"^[\s\S]*?{_FORMAT}", views.unknown),
]
