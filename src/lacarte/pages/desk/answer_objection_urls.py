"""Addresses of the pages on objections to answers; below that of the desk."""

from django.urls import path

from lacarte.pages.desk import answer_objections

urlpatterns = [
    path("", answer_objections.listed, name="desk-answer-objections"),
    path("<uuid:key>/", answer_objections.one, name="desk-answer-objection"),
]
