"""Addresses of the rules of deadlines, the calendars that they count by, and the reasons of changes."""

from django.urls import path

from lacarte.pages.desk import calendars, deadlines, reasons

urlpatterns = [
    path("deadlines/", deadlines.deadlines, name="deadlines"),
    path("deadlines/new/", deadlines.new_deadline, name="deadline-new"),
    path("deadlines/<uuid:key>/", deadlines.deadline, name="deadline"),
    path("reasons/", reasons.reasons, name="reasons"),
    path("reasons/new/", reasons.new_reason, name="reason-new"),
    path("reasons/<slug:code>/", reasons.reason, name="reason"),
    path("calendars/", calendars.calendars, name="calendars"),
    path("calendars/<str:code>/", calendars.calendar, name="calendar"),
]
