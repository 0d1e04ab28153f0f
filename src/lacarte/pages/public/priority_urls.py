"""Addresses of the public pages about who goes first."""

from django.urls import path

from lacarte.pages.public import fairness, most, weighing

urlpatterns = [
    path("", weighing.page, name="priority"),
    path("most/", most.page, name="most"),
    path("most.<str:ending>", most.twin, name="most-twin"),
    path("groups/", fairness.page, name="fairness"),
    path("groups/<str:by>.<str:ending>", fairness.twin, name="fairness-twin"),
]
