"""Addresses of residents' pages."""

from django.urls import path, re_path

from lacarte.pages.resident import attachments, new_need, views

urlpatterns = [
    path("", views.home, name="home"),
    path("menu/<slug:code>/", views.area, name="area"),
    path("need/choose/", new_need.choose, name="need-choose"),
    path("need/check/", new_need.check, name="need-check"),
    re_path("^need/(?P<step>what|kind|where|contact)/$", new_need.question, name="need-question"),
    path("needs/find/", views.find_need, name="find-need"),
    path("needs/<str:reference>/", views.need_page, name="need"),
    path("needs/<str:reference>/rating/", views.rate_order, name="rate-order"),
    path("needs/<str:reference>/objection/", views.objection, name="object"),
    path("needs/<str:reference>/stop/", views.stop_need, name="stop-need"),
    path("n/<slug:secret>/", views.open_need, name="open-need"),
    path("attachments/<uuid:key>/", attachments.attachment, name="attachment"),
    path("my/", views.my_page, name="my-page"),
]
