"""Addresses of the planner's pages."""

from django.urls import path

from lacarte.pages.planner import views

urlpatterns = [
    path("", views.unmet_need, name="unmet"),
    path("unmet.csv", views.unmet_csv, name="unmet-csv"),
]
