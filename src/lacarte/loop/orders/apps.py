"""The app of orders: after each migration the shipped reasons that are missing are added."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class OrdersConfig(AppConfig):
    """Orders."""

    name = "lacarte.loop.orders"

    def ready(self) -> None:
        """Have the reasons added."""
        post_migrate.connect(_add_reasons, sender=self)


def _add_reasons(using: str, **said: Any) -> None:
    from django.db.migrations.executor import MigrationExecutor

    from lacarte.loop.orders.delivery.reasons import add_shipped

    executor = MigrationExecutor(connections[using])
    newest = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "orders"]
    if not executor.migration_plan(newest):  # on the way back to an older version the table may look otherwise
        add_shipped()
