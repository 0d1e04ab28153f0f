"""Addresses of the pages on who acts for whom; below that of the desk."""

from django.urls import path

from lacarte.pages.desk import mandates

urlpatterns = [
    path("", mandates.found, name="desk-mandates"),
    path("of/<uuid:key>/", mandates.of_person, name="desk-mandates-of"),
    path("of/<uuid:key>/by/<uuid:holder>/", mandates.enter, name="desk-mandate-enter"),
    path("<uuid:mandate>/end/", mandates.end, name="desk-mandate-end"),
    path("<uuid:mandate>/answer/", mandates.answer, name="desk-mandate-answer"),
]
