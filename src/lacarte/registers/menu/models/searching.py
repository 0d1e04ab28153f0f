"""What can be found on the menu, the words by which, and what was looked for in vain.

The tokens by which an entry is found are in a table ``menu_searchtext`` beside these, made for full text in the
way of each database; ``registers/menu/searching/filing.py`` alone writes it.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.text import MultilingualField, in_language


class SearchEntry(models.Model):
    """A record of the menu as the search shows it."""

    class Kind(models.IntegerChoices):
        """What was found; of two that answer as well, the kind that stands first comes first."""

        LIFE_EVENT = 0, _("What happened")
        SERVICE = 1, _("Service")
        AREA = 2, _("Area of life")
        OFFER = 3, _("Offer")

    kind = models.PositiveSmallIntegerField(choices=Kind)
    key = models.CharField(max_length=40)  # of the record
    code = models.CharField(max_length=120)
    title = MultilingualField()
    digest = models.CharField(max_length=32)  # of all that it is filed under

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="search_entry_once")]

    def __str__(self) -> str:
        return in_language(self.title)


class SearchWord(models.Model):
    """A word of the menu, folded, and the token that stands for all its forms; some have one a language."""

    word = models.CharField(max_length=80)
    token = models.CharField(max_length=80)
    count = models.PositiveIntegerField(default=1)  # entries that have the token, as of the last full filing
    changed_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "token"], name="search_word_once")]

    def __str__(self) -> str:
        return self.word


class MissedSearch(models.Model):
    """How often something was looked for in vain on a day, in a language. Who looked is not kept.

    The words are kept only where they tell nothing of a person: see ``registers/menu/searching/misses.py``. Until
    enough people have used them there is a row that counts nothing, with a keyed digest in place of each.
    """

    class How(models.TextChoices):
        """In which way."""

        EMPTY = "empty", _("Nothing was found")
        LEFT = "left", _("Nothing that was found was opened")

    day = models.DateField()
    language = models.CharField(max_length=35)
    how = models.CharField(max_length=5, choices=How)
    words = models.CharField(max_length=200, blank=True)  # empty: all whose words are not kept
    count = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=32, blank=True)  # of words that are not kept yet
    askers = models.JSONField(default=list)  # digests of the sessions that used them

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "language", "how", "words", "digest"], name="missed_search_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.language} {self.words}: {self.count}"
