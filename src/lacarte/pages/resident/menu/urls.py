"""Addresses of the menu. A service's own address is for good: catalogues and other programs name it.

A code stands behind a word of ours, never in its place, so that a city may use any code.
"""

from django.urls import path, re_path

from lacarte.pages.resident.menu import answering, comparing, objecting, service, views, why
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
    path("objections/<str:secret>/", objecting.objection, name="answer-objection"),
    re_path(r"^services/(?P<code>[^/]+)/object/$", objecting.object_to_answer, name="object-to-answer"),
    re_path(r"^services/(?P<code>[^/]+)/why/$", why.why, name="menu-why"),
    re_path(r"^services/(?P<code>[^/]+)/?$", service.service, name="menu-service"),
]
