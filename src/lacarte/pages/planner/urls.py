"""Addresses of the planner's pages."""

from django.urls import path

from lacarte.pages.planner import runs, sharing, sites, together, views

urlpatterns = [
    path("", views.unmet_need, name="unmet"),
    path("unmet.csv", views.unmet_csv, name="unmet-csv"),
    path("sites/", sites.sites, name="sites"),
    path("sharing/", sharing.sharing, name="sharing"),
    path("together/", together.together, name="together"),
    path("runs/", runs.run_list, name="runs"),
    path("runs/new/", runs.new_preview, name="run-new"),
    path("runs/<uuid:run>/", runs.one_run, name="run"),
    path("runs/<uuid:run>/decision/", runs.decide, name="run-decide"),
    path("runs/<uuid:run>/draw.csv", runs.draw_csv, name="run-draw"),
]
