"""Signing in, at a measured pace, and out, leaving nothing on the device."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from lacarte.kernel.rate_limit import allowed

#: How many things a crew's phone keeps that are not sent yet; only phones that have opened a round have it.
WAITING_COOKIE = "field_waiting"


class SignIn(LoginView):
    """Sign in; too many tries from one address have to wait."""

    template_name = "design/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Try a name and a password."""
        if allowed("login", request):
            return super().post(request, *args, **kwargs)
        refused = _("That was a lot at once. Please wait a minute and try again.")
        context = self.get_context_data(form=self.form_class(request), refused=refused)
        return self.render_to_response(context, status=429)


class SignOut(LogoutView):
    """Sign out. A crew's phone forgets its round; what it has not sent yet is lost only when somebody says so."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session, or ask first."""
        waiting = request.COOKIES.get(WAITING_COOKIE)
        if waiting not in (None, "0") and "lose" not in request.POST:
            return render(request, "design/sign_out.html", {"waiting": waiting[:4]}, status=409)
        response = super().post(request, *args, **kwargs)
        if waiting is not None:
            response.headers["Clear-Site-Data"] = '"storage"'
            response.delete_cookie(WAITING_COOKIE)
        return response
