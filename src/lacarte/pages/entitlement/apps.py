"""The pages of tables; the register has the app's plain name already."""

from django.apps import AppConfig


class TablePagesConfig(AppConfig):
    """Pages of tables of rules."""

    name = "lacarte.pages.entitlement"
    label = "entitlement_pages"
