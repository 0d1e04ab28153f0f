"""Addresses of the pages of an order."""

from django.urls import path, re_path

from lacarte.pages.resident.ordering import checking, views
from lacarte.pages.resident.ordering.draft import STEPS

_ONE = "(?P<secret>[A-Za-z0-9_-]{20,43})"

urlpatterns = [
    path("new/", views.new, name="order-new"),
    path("new/check/", checking.check, name="order-check"),
    path("new/forget/", views.forget, name="order-forget"),
    re_path(f"^new/(?P<step>{'|'.join(STEPS[1:-1])})/$", views.step, name="order-step"),
    re_path(f"^{_ONE}/$", views.order_page, name="order"),
    re_path(f"^{_ONE}/parts/(?P<key>[0-9a-f-]{{36}})/$", views.change_part, name="order-part"),
]
