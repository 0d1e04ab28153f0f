"""Signing in, at a measured pace."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lacarte.kernel.rate_limit import allowed


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
