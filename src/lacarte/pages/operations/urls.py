"""Addresses of the operations pages."""

from django.urls import path

from lacarte.pages.operations import views

urlpatterns = [
    path("operations/", views.operations, name="operations"),
    path("operations/jobs/<uuid:job>/retry/", views.retry, name="job-retry"),
    path("metrics", views.metrics, name="metrics"),
]
