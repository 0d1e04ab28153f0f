"""Addresses of the rules of deadlines and the calendars that they count by."""

from django.urls import path

from lacarte.pages.desk import calendars, deadlines

urlpatterns = [
    path("deadlines/", deadlines.deadlines, name="deadlines"),
    path("deadlines/new/", deadlines.new_deadline, name="deadline-new"),
    path("deadlines/<uuid:key>/", deadlines.deadline, name="deadline"),
    path("calendars/", calendars.calendars, name="calendars"),
    path("calendars/<str:code>/", calendars.calendar, name="calendar"),
]
