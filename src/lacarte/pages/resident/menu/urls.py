"""Addresses of the menu. A service's own address is for good: catalogues and other programs name it.

A code stands behind a word of ours, never in its place, so that a city may use any code.
"""

from django.urls import path, re_path

from lacarte.pages.resident.menu import answering, comparing, service, views
from lacarte.pages.resident.views import area

urlpatterns = [
    path("", views.door, name="menu"),
    path("list/", views.my_list, name="menu-list"),
    path("list/share/", views.share, name="menu-share"),
    path("compare/", comparing.compare, name="menu-compare"),
    path("answer/", answering.answer, name="menu-answer"),
    path("where/", answering.where, name="menu-where"),
    path("whose/", answering.whose, name="menu-whose"),
    path("remember/", answering.remember_it, name="menu-remember"),
    path("forget/", answering.forget, name="menu-forget"),
    re_path(r"^areas/(?P<code>[^/]+)/$", area, name="area"),
    re_path(r"^services/(?P<code>[^/]+)/?$", service.service, name="menu-service"),
]
