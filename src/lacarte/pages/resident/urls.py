"""Addresses of residents' pages."""

from django.urls import include, path, re_path
from django.views.generic import RedirectView

from lacarte.pages.resident import (
    acting,
    attachments,
    conversation,
    following,
    found,
    new_need,
    place_names,
    same,
    views,
)
from lacarte.pages.resident.draft import STEPS

urlpatterns = [
    path("", views.home, name="home"),
    path("menu/search/", include("lacarte.pages.resident.menu_search.urls")),
    path("menu/", include("lacarte.pages.resident.menu.urls")),
    path("menu/<slug:code>/", RedirectView.as_view(pattern_name="area", permanent=True)),  # as it was once
    path("need/choose/", new_need.choose, name="need-choose"),
    path("need/check/", new_need.check, name="need-check"),
    path("need/forget/", new_need.forget, name="need-forget"),
    path("need/follow/<str:reference>/", same.follow_need, name="need-follow"),
    re_path(f"^need/(?P<step>{'|'.join(STEPS[:-1])})/$", new_need.question, name="need-question"),
    path("order/", include("lacarte.pages.resident.ordering.urls")),
    path("map/places.json", place_names.place_names, name="place-names"),
    path("needs/find/", views.find_need, name="find-need"),
    path("needs/<str:reference>/", views.need_page, name="need"),
    path("needs/<str:reference>/times/", include("lacarte.pages.resident.slots.urls")),
    path("needs/<str:reference>/rating/", views.rate_order, name="rate-order"),
    path("needs/<str:reference>/objection/", views.objection, name="object"),
    path("needs/<str:reference>/messages/", conversation.write_message, name="write-message"),
    path("needs/<str:reference>/another/", following.another_thing, name="another-thing"),
    path("needs/<str:reference>/follow/", following.follow_or_not, name="follow-or-not"),
    path("needs/<str:reference>/stop/", views.stop_need, name="stop-need"),
    path("n/<slug:secret>/", views.open_need, name="open-need"),
    path("attachments/<uuid:key>/", attachments.attachment, name="attachment"),
    path("my/", views.my_page, name="my-page"),
    path("my/found/", found.found, name="my-found"),
    path("my/found/<uuid:key>/order/", found.order, name="my-found-order"),
    path("my/found/<uuid:key>/not-so/", found.not_so, name="my-found-not-so"),
    path("my/found/<int:number>/again/", found.again, name="my-found-again"),
    path("my/consents/<slug:purpose>/", found.consent, name="my-consent"),
    path("my/mandates/", acting.acting, name="acting"),
    path("my/mandates/<uuid:key>/end/", acting.end_mandate, name="end-mandate"),
    path("my/mandates/<uuid:key>/objection/", acting.object_to_mandate, name="object-to-mandate"),
]
