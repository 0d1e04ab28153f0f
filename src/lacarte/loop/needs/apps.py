"""The app of needs: after each migration the shipped rules of urgency that are missing are added."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class NeedsConfig(AppConfig):
    """Needs."""

    name = "lacarte.loop.needs"

    def ready(self) -> None:
        """Have the rules added."""
        post_migrate.connect(_add_rules, sender=self)


def _add_rules(using: str, **said: Any) -> None:
    from django.db.migrations.executor import MigrationExecutor

    from lacarte.loop.needs.urgency.rules import add_shipped

    executor = MigrationExecutor(connections[using])
    newest = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "needs"]
    if not executor.migration_plan(newest):  # on the way back to an older version the table may look otherwise
        add_shipped()
