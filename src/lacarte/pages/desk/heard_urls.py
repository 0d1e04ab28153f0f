"""Addresses of the desk where what people said is looked at, and where they are called back."""

from django.urls import path

from lacarte.pages.desk import callbacks, heard

urlpatterns = [
    path("calls/", callbacks.listed, name="desk-calls"),
    path("calls/next/", callbacks.take_next, name="desk-call-next"),
    path("calls/<uuid:key>/", callbacks.call, name="desk-call"),
    path("heard/", heard.page, name="desk-heard"),
    path("heard/leave-out/", heard.find, name="desk-leave-out-find"),
    path("heard/replies/<uuid:key>/", heard.reply, name="desk-reply-verify"),
    path("heard/comments/<uuid:key>/", heard.comment, name="desk-comment"),
    path("heard/exclusions/<uuid:key>/", heard.exclusion, name="desk-exclusion"),
    path("heard/inquiries/<uuid:key>/", heard.inquiry, name="desk-inquiry"),
    path("needs/<str:reference>/leave-out/", heard.propose, name="desk-leave-out"),
]
