"""Addresses of whose work what is."""

from django.urls import path

from lacarte.pages.desk import shift, working, workload

urlpatterns = [
    path("needs/<str:reference>/working/", working.change_hands, name="desk-hands"),
    path("workload/", workload.all_loads, name="workload"),
    path("workload/<str:whose>/", workload.load_of, name="workload-of"),
    path("handover/", shift.handovers, name="handovers"),
    path("handover/<uuid:key>/", shift.handover, name="handover"),
    path("handover/<uuid:key>/answer/", shift.answer_handover, name="handover-answer"),
]
