"""What was told and not sent is removed in time, and with it sessions that have ended."""

from __future__ import annotations

from datetime import timedelta

from django.core.management import call_command

from lacarte.kernel import clock
from lacarte.kernel.schedule import every
from lacarte.loop.needs.models import KeptDraft
from lacarte.pages.resident.draft import KEPT_FOR


@every(timedelta(hours=6), "resident.sweep-drafts")
def sweep_drafts() -> None:
    """Remove drafts that nobody has touched for seven days; their uploads go with ``needs.sweep-attachments``."""
    KeptDraft.objects.filter(changed_at__lt=clock.now() - KEPT_FOR).delete()
    call_command("clearsessions")
