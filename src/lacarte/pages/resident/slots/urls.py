"""Addresses of the pages on which a time is chosen; below that of a need."""

from django.urls import path

from lacarte.pages.resident.slots import views

urlpatterns = [
    path("", views.offers, name="times"),
    path("held/", views.held, name="time-held"),
    path("<uuid:place>/", views.times_of, name="times-of"),
    path("<uuid:place>/wait/", views.wait, name="wait-for"),
    path("waiting/<uuid:key>/", views.answer, name="waiting-answer"),
]
