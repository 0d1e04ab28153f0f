"""The app of needs: after each migration the shipped rules of urgency and ready answers come in."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class NeedsConfig(AppConfig):
    """Needs."""

    name = "lacarte.loop.needs"

    def ready(self) -> None:
        """Have the shipped content added."""
        post_migrate.connect(_add_content, sender=self)


def _add_content(using: str, **said: Any) -> None:
    from django.db.migrations.executor import MigrationExecutor

    from lacarte.loop.needs.messages import ready
    from lacarte.loop.needs.urgency import shipping

    executor = MigrationExecutor(connections[using])
    newest = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "needs"]
    if not executor.migration_plan(newest):  # on the way back to an older version the table may look otherwise
        shipping.bring()
        ready.add_shipped()
