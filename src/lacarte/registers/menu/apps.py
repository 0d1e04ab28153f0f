"""The app of the menu: what is saved on it can be found."""

from django.apps import AppConfig


class MenuConfig(AppConfig):
    """The menu."""

    name = "lacarte.registers.menu"

    def ready(self) -> None:
        """Have records filed for the search as they are saved."""
        from lacarte.registers.menu.searching import keeping, misses  # noqa: F401 (misses have a job too)

        keeping.watch()
