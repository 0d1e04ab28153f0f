"""Addresses of the page of crews; its service worker reaches no further than these."""

from django.urls import path

from lacarte.pages.field import views, worker

urlpatterns = [
    path("", views.round_page, name="field"),
    path("order/", views.order_again, name="field-order"),
    path("steps/", views.steps, name="field-steps"),
    path("orders/<uuid:key>/person/", views.person, name="field-person"),
    path("offline/", worker.offline, name="field-offline"),
    path("worker.js", worker.script, name="field-worker"),
]
