"""Addresses of public pages."""

from django.urls import path

from lacarte.pages.public import views

urlpatterns = [
    path("", views.rates_page, name="rates"),
    path("rates.json", views.rates_json, name="rates-json"),
]
