"""Finding what is on the menu: life events, services and offers, in the words of whoever asks."""

from lacarte.registers.menu.searching.asking import Found, Results, look, search
from lacarte.registers.menu.searching.filing import compared, file_again, refresh

__all__ = ["Found", "Results", "compared", "file_again", "look", "refresh", "search"]
