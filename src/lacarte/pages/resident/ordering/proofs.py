"""What proves it: each kind of document once for all services; works without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lacarte.kernel.rate_limit import allowed
from lacarte.kernel.text import in_language, listed
from lacarte.loop.needs.models import Attachment
from lacarte.loop.needs.uploads.attachments import AttachmentRefusedError, discard, store
from lacarte.pages.design.forms import Form
from lacarte.pages.resident.ordering.draft import OrderDraft
from lacarte.pages.resident.ordering.flow import around, go_on
from lacarte.pages.resident.questions import SeveralFiles
from lacarte.registers.entitlement.models import EvidenceType

_ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf,text/plain"


@dataclass(frozen=True)
class Proof:
    """A kind of proof: its field, and what was uploaded."""

    field: BoundField
    uploads: list[Attachment]


class Proofs(Form):
    """A field for each kind of proof."""

    def __init__(self, data: object, *, draft: OrderDraft) -> None:
        super().__init__(data)
        self.draft = draft
        self.kinds: dict[str, EvidenceType] = {}
        for kind, services in draft.evidence():
            self.kinds[f"e-{kind.pk}"] = kind
            about = _("For: %(services)s.") % {"services": listed(services)}
            made = forms.FileField(
                label=str(kind),
                help_text=" ".join(filter(None, (in_language(kind.description), about))),
                required=False,
                widget=SeveralFiles(attrs={"accept": _ACCEPTED}),
            )
            made.as_heading = made.short = made.marks_optional = False  # type: ignore[attr-defined]
            self.fields[f"e-{kind.pk}"] = made

    def proofs(self) -> list[Proof]:
        """All of them, with what has arrived."""
        arrived = self.draft.uploads()
        return [Proof(self[name], arrived.get(self.draft.draft_of(kind), [])) for name, kind in self.kinds.items()]


def proofs(request: HttpRequest, draft: OrderDraft) -> HttpResponse:
    """Take documents, show those that have arrived, remove them again, go on."""
    form = Proofs(request.POST if request.method == "POST" else None, draft=draft)
    if request.method == "POST":
        if "remove" in request.POST:
            _remove(draft, request.POST["remove"])
            return redirect("order-step", "proofs")
        form.full_clean()
        draft.keep(request.session)
        _take(request, form)
        if not form.errors and "go" in request.POST:
            draft.proofs = True
            return go_on(request, draft)
        if not form.errors:
            return redirect("order-step", "proofs")
    shown = {"form": form, **around(draft, "proofs"), "errors_on_page": bool(form.errors)}
    return render(request, "resident/ordering/proofs.html", shown, status=422 if form.errors else 200)


def _take(request: HttpRequest, form: Proofs) -> None:
    """Store what has arrived; what is not taken says why at its field, and the rest stays."""
    for name, kind in form.kinds.items():
        for upload in request.FILES.getlist(name):
            if not allowed("upload", request):
                form.add_error(name, _("That was a lot at once. Please wait a minute and try again."))
                return
            try:
                store(upload, name=upload.name or "", draft=form.draft.draft_of(kind))
            except AttachmentRefusedError as error:
                form.add_error(name, str(error))


def _remove(draft: OrderDraft, key: str) -> None:
    try:
        wanted = UUID(key)
    except ValueError:
        return
    for uploads in draft.uploads().values():
        for upload in uploads:
            if upload.pk == wanted:
                discard(upload)
