"""Addresses of public pages."""

from django.urls import path

from lacarte.pages.public import comparing, matter, records, scorecards, views

urlpatterns = [
    path("", views.rates_page, name="rates"),
    path("rates.json", views.rates_json, name="rates-json"),
    path("method/", views.method, name="rates-method"),
    path("matter/", matter.page, name="matter"),
    path("matter.<str:ending>", matter.twin, name="matter-twin"),
    path("records/", records.page, name="records"),
    path("records/<str:by>.<str:ending>", records.twin, name="records-twin"),
    path("by/<str:by>/", comparing.page, name="rates-by"),
    path("by/<str:by>.<str:ending>", comparing.twin, name="rates-by-twin"),
    path("provider/<str:code>/", scorecards.provider, name="scorecard-provider"),
    path("region/<str:code>/", scorecards.region, name="scorecard-region"),
    path("<str:kind>/<str:code>/rates.<str:ending>", scorecards.twin, name="scorecard-twin"),
]
