"""Addresses of GeoReport v2, JSON."""

from django.urls import path

from lacarte.standards.open311 import views

urlpatterns = [
    path("services.json", views.services, name="open311-services"),
    path("requests.json", views.requests, name="open311-requests"),
    path("requests/<str:reference>.json", views.request, name="open311-request"),
]
