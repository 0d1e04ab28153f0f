"""Addresses of the search of the menu."""

from django.urls import path

from lacarte.pages.resident.menu_search import views

urlpatterns = [
    path("", views.results, name="menu-search"),
    path("open/", views.open_found, name="menu-search-open"),
]
