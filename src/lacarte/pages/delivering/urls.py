"""Addresses of what is done with one order, and of the lists of what waits for somebody."""

from django.urls import path

from lacarte.pages.delivering import handovers, lists, together_asking, together_lending, together_notes, views

urlpatterns = [
    path("orders/<uuid:key>/do/<slug:what>/", views.do, name="order-do"),
    path("orders/<uuid:key>/parts/new/", together_asking.ask, name="part-new"),
    path("orders/<uuid:key>/notes/", together_notes.notes, name="order-notes"),
    path("parts/<uuid:key>/call-off/", together_asking.call_off, name="part-call-off"),
    path("parts/<uuid:key>/lend/", together_lending.lending, name="part-lend"),
    path("lent/<uuid:key>/back/", together_lending.returned, name="lent-back"),
    path("escalations/<uuid:key>/", views.decide_escalation, name="escalation"),
    path("extensions/<uuid:key>/", views.decide_extension, name="extension"),
    path("handovers/", handovers.handovers, name="order-handovers"),
    path("handovers/<uuid:key>/", handovers.answer, name="order-handover"),
    path("desk/escalations/", lists.escalations, name="desk-escalations"),
    path("desk/extensions/", lists.extensions, name="desk-extensions"),
]
