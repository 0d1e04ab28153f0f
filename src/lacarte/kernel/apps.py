"""The kernel app: finds every app's ``tasks.py``, where jobs and event subscriptions are declared."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class KernelConfig(AppConfig):
    """Kernel of the house."""

    name = "lacarte.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the jobs and subscriptions of all apps."""
        autodiscover_modules("tasks")
