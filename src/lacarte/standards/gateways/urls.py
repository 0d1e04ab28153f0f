"""Address of the webhook."""

from django.urls import path

from lacarte.standards.gateways.views import receive_post

urlpatterns = [path("<slug:name>/", receive_post, name="gateway")]
