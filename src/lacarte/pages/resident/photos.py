"""Photos and documents, sent along one after the other; works without JavaScript."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lacarte.kernel.rate_limit import allowed
from lacarte.loop.needs.uploads.attachments import AttachmentRefusedError, discard, store
from lacarte.pages.resident.draft import Draft
from lacarte.pages.resident.flow import ahead, around, go_on
from lacarte.pages.resident.questions import Photos


@require_http_methods(["GET", "POST"])
def photos(request: HttpRequest) -> HttpResponse:
    """Take photos, show those that have arrived, remove them again, go on."""
    draft = Draft.of(request.session)
    if moved := ahead(request, draft, "photos"):
        return moved
    form = Photos(request.POST or None, draft=draft, user=request.user)
    if request.method == "POST":
        if "remove" in request.POST:
            _remove(draft, request.POST["remove"])
            return redirect("need-question", "photos")
        form.full_clean()
        for refused in _take(request, draft):
            form.add_error("photos", refused)
        if not form.errors and "go" in request.POST:
            form.answer()
            return go_on(request, draft)
        if not form.errors:
            return redirect("need-question", "photos")
    shown = {"form": form, "uploads": draft.uploads(), **around(request, draft, "photos")}
    return render(request, "resident/photos.html", shown | {"errors_on_page": bool(form.errors)})


def _take(request: HttpRequest, draft: Draft) -> list[str]:
    """Store what has arrived; says why some is not taken. The rest stays, whatever is wrong with that."""
    refused = []
    for upload in request.FILES.getlist("photos"):
        if not allowed("upload", request):
            refused.append(_("That was a lot at once. Please wait a minute and try again."))
            break
        try:
            store(upload, name=upload.name or "", draft=draft.token)
        except AttachmentRefusedError as error:
            refused.append(str(error))
    return refused


def _remove(draft: Draft, key: str) -> None:
    try:
        wanted = UUID(key)
    except ValueError:
        return
    for upload in draft.uploads():
        if upload.pk == wanted:
            discard(upload)
