"""Addresses of the rules of urgency."""

from django.urls import path

from lacarte.pages.desk import rules

urlpatterns = [
    path("", rules.rules, name="rules"),
    path("new/", rules.new_rule, name="rule-new"),
    path("<slug:code>/", rules.rule, name="rule"),
]
