"""What is stuck, for administrators to look at and for machines to watch."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_GET, require_POST

from lacarte.kernel import jobs
from lacarte.kernel.models import Job
from lacarte.kernel.permissions import Action, may_anywhere, require_anywhere
from lacarte.loop.matching.queries import latest_run
from lacarte.loop.needs.messages.delivering import late_messages
from lacarte.loop.needs.uploads.scanning import waits
from lacarte.loop.needs.urgency.dangers import watch

_PAGE = 50


@login_required
@require_GET
def operations(request: HttpRequest) -> HttpResponse:
    """Background work: how much waits, how late it is, what is stuck and why."""
    require_anywhere(request.user, Action.ADMINISTER)
    page = Paginator(jobs.stuck(), _PAGE).get_page(request.GET.get("page"))
    shown = {
        "statistics": jobs.statistics(),
        "page": page,
        "run": latest_run(),
        "messages_late": late_messages(),
        "documents": waits(),
    }
    return render(request, "operations/jobs.html", shown)


@login_required
@require_POST
def retry(request: HttpRequest, job: str) -> HttpResponse:
    """Try a stuck job again."""
    require_anywhere(request.user, Action.ADMINISTER)
    jobs.retry(get_object_or_404(Job, pk=job))
    return redirect("operations")


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for the holder of the token that is set, or a signed-in administrator."""
    token = settings.CONFIGURED["metrics_token"]
    said = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not (token and constant_time_compare(said, token)) and not may_anywhere(request.user, Action.ADMINISTER):
        return HttpResponse("a token or an administrator is needed\n", status=403, content_type="text/plain")
    found, run, dangers = jobs.statistics(), latest_run(), watch()
    unsent = late_messages()
    gauges = {
        "lacarte_jobs_ready": ("Jobs that wait or run.", found.ready),
        "lacarte_jobs_running": ("Jobs that a worker has leased.", found.running),
        "lacarte_jobs_stuck": ("Jobs that failed too often and wait for a person.", found.stuck),
        "lacarte_jobs_late_seconds": ("How long the oldest due job has been waiting.", found.late_seconds),
        "lacarte_messages_late": (
            "Messages that have been on their way too long.",
            sum(one.count for one in unsent),
        ),
        "lacarte_documents_waiting": ("Files that wait for the virus scanner.", waits().count),
        "lacarte_dangers_unseen": ("Needs that may mean danger to life and nobody looks at yet.", dangers.unseen),
        "lacarte_dangers_late": ("Those of them that have waited for more than a minute.", dangers.late),
        "lacarte_dangers_oldest_seconds": ("How long the oldest of them has waited.", dangers.oldest_seconds),
        "lacarte_needs_considered": ("Needs that the last matching run considered.", run.needs if run else 0),
        "lacarte_needs_matched": ("Needs that the last matching run matched.", run.matched if run else 0),
    }
    lines = [
        f"# HELP {name} {words}\n# TYPE {name} gauge\n{name} {value:g}" for name, (words, value) in gauges.items()
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")
