"""Addresses of a provider's pages."""

from django.urls import path

from lacarte.pages.provider import file, history, leaving_out, orders, parts, places, resources, views

urlpatterns = [
    path("", views.home, name="provider"),
    path("offers/<uuid:key>/", views.offer, name="provider-offer"),
    path("offers/<uuid:key>/pause/", views.pause, name="provider-pause"),
    path("offers/<uuid:key>/places/new/", places.new_place, name="provider-place-new"),
    path("places/<uuid:key>/", places.place, name="provider-place"),
    path("places/<uuid:key>/remove/", places.remove_place, name="provider-place-remove"),
    path("places/<uuid:key>/times/new/", places.new_times, name="provider-times-new"),
    path("times/<uuid:key>/", places.times, name="provider-times"),
    path("orders/<uuid:key>/", orders.order, name="provider-order"),
    path("orders/<uuid:key>/person/", orders.reveal, name="provider-reveal"),
    path("orders/<uuid:key>/leave-out/", leaving_out.propose, name="provider-leave-out"),
    path("parts/<uuid:key>/", parts.part, name="provider-part"),
    path("parts/<uuid:key>/change/", parts.change, name="provider-part-change"),
    path("parts/<uuid:key>/person/", parts.reveal, name="provider-part-person"),
    path("parts/<uuid:key>/notes/", parts.write_note, name="provider-part-note"),
    path("resources/<uuid:key>/", resources.resource, name="provider-resource"),
    path("resources/<uuid:key>/pause/", resources.pause, name="provider-resource-pause"),
    path("<str:code>/", views.at_a_glance, name="provider-overview"),
    path("<str:code>/about/", views.about, name="provider-about"),
    path("<str:code>/offers/", views.offers, name="provider-offers"),
    path("<str:code>/offers/new/", views.new_offer, name="provider-offer-new"),
    path("<str:code>/orders/", orders.queue, name="provider-orders"),
    path("<str:code>/parts/", parts.parts, name="provider-parts"),
    path("<str:code>/resources/", resources.resources, name="provider-resources"),
    path("<str:code>/resources/new/", resources.new, name="provider-resource-new"),
    path("<str:code>/file/", file.as_file, name="provider-file"),
    path("<str:code>/file/offers.csv", file.download, name="provider-file-csv"),
    path("<str:code>/history/", history.history, name="provider-history"),
]
