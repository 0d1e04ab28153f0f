"""Addresses of the planner's pages."""

from django.urls import path

from lacarte.pages.planner import most, runs, sharing, sites, takeup, together, views

urlpatterns = [
    path("", views.unmet_need, name="unmet"),
    path("unmet.csv", views.unmet_csv, name="unmet-csv"),
    path("most/", most.most, name="unmet-most"),
    path("most.csv", most.most_csv, name="unmet-most-csv"),
    path("sites/", sites.sites, name="sites"),
    path("sharing/", sharing.sharing, name="sharing"),
    path("together/", together.together, name="together"),
    path("take-up/", takeup.overview, name="take-up"),
    path("take-up.csv", takeup.as_csv, name="take-up-csv"),
    path("take-up/reach/", takeup.reach, name="take-up-reach"),
    path("take-up/case/undo/", takeup.undo_one, name="take-up-undo-case"),
    path("take-up/<uuid:run>/undo/", takeup.undo, name="take-up-undo"),
    path("runs/", runs.run_list, name="runs"),
    path("runs/new/", runs.new_preview, name="run-new"),
    path("runs/<uuid:run>/", runs.one_run, name="run"),
    path("runs/<uuid:run>/decision/", runs.decide, name="run-decide"),
    path("runs/<uuid:run>/draw.csv", runs.draw_csv, name="run-draw"),
]
