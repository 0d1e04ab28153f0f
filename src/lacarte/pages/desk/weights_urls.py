"""Addresses of the weights of needs."""

from django.urls import path

from lacarte.pages.desk import weights

urlpatterns = [
    path("", weights.weights, name="weights"),
    path("new/", weights.new_weights, name="weights-new"),
]
