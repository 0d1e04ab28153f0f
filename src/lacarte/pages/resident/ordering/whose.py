"""For whom is it, how are they reached, and where do they live?"""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lacarte.kernel.permissions import Action, may_anywhere
from lacarte.loop.needs.queries import people_seen_by
from lacarte.loop.needs.understanding.placing import certain, places_in
from lacarte.loop.orders.bundles.placing import Whose
from lacarte.pages.design.forms import Choices, WordsForm
from lacarte.pages.design.places import region_choices
from lacarte.pages.desk.finding import who_is_it
from lacarte.pages.resident.draft import account_person, person_of
from lacarte.pages.resident.menu.said import Said
from lacarte.pages.resident.ordering.draft import ME, PERSON, SOMEBODY, OrderDraft
from lacarte.pages.resident.questions import Contact
from lacarte.registers.people import mandates
from lacarte.registers.people.finding import show
from lacarte.registers.people.models import Household, Mandate, Person
from lacarte.registers.places.models import Region

_LONGEST = 140
_CONTACT = ("name", "phone", "email")


class Who(WordsForm):
    """Whom it is for, how to reach them, where they live."""

    short = ("phone",)
    marks_optional = False
    whose = forms.ChoiceField(
        label=gettext_lazy("For whom is it?"),
        widget=Choices(),
        error_messages={"required": gettext_lazy("Please say for whom it is.")},
    )
    name, phone, email = (deepcopy(Contact.base_fields[name]) for name in _CONTACT)
    home = forms.ChoiceField(
        label=gettext_lazy("Where do they live?"),
        widget=Choices(),
        required=False,
        choices=[("yes", gettext_lazy("At the home that we know")), ("no", gettext_lazy("Somewhere else"))],
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Such as “Mill Lane 3”. A street is enough."),
        required=False,
        max_length=_LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    region = forms.ChoiceField(label=gettext_lazy("Neighbourhood"), required=False)

    def __init__(self, data: Any, *, draft: OrderDraft, user: Any, said: Said) -> None:
        """``said``: where they are, as they told on the pages of the menu."""
        self.draft, self.user = draft, user
        before = {name: getattr(draft, name) for name in (*_CONTACT, "address", "region")}
        if draft.whose is None:
            before |= _where_said(said)
        whose = draft.whose or said.whose or ME
        super().__init__(data, initial={**before, "whose": whose, "home": "no" if draft.region else "yes"})
        self.options = options(user, draft)
        if len(self.options) == 1:
            del self.fields["whose"]
        else:
            self.offer("whose", self.options)
        self.official = user.is_authenticated and any(key == SOMEBODY for key, _name in self.options)
        if user.is_authenticated and not self.official:
            for name in _CONTACT:
                del self.fields[name]
        elif self.official:
            self.fields["name"].label = _("Their name")
        if not self._some_home():
            del self.fields["home"]
        self.offer("region", region_choices())

    def _some_home(self) -> bool:
        """Whether the home is known of somebody whom it may be for."""
        if not self.user.is_authenticated:
            return False
        person = person_of(self.user)
        for_others = (key for key, _name in self.options if key not in (ME, SOMEBODY))
        known = any(home_of(key, self.user) is not None for key in for_others)
        return known or (person is not None and person.household_id is not None)

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if self.errors:
            return said
        at_home = said.get("home") == "yes"
        if at_home and home_of(said.get("whose") or ME, self.user) is None:
            self.add_error("home", _("We do not know their home yet. Please say where they live."))
        if not at_home and not said.get("address") and not said.get("region"):
            self.add_error("region", _("Please choose a neighbourhood, or write an address."))
        return said

    def answer(self) -> None:
        """Write it into the draft; what is known of another person is asked about anew."""
        said, draft = self.cleaned_data, self.draft
        whose = said.get("whose") or ME
        if draft.whose is not None and draft.whose != whose:
            draft.answers = None
        draft.whose = whose
        for name in _CONTACT:  # of whom is known, it is known how to reach them
            setattr(draft, name, "" if whose.startswith(PERSON) else (said.get(name) or "").strip())
        draft.home = said.get("home") == "yes"
        draft.address = "" if draft.home else said["address"].strip()
        draft.region = "" if draft.home else said["region"]


def _where_said(said: Said) -> dict[str, str]:
    """Words for the place that are an address, and the neighbourhood that was meant."""
    region = Region.objects.filter(number=said.region).first() if said.region else None
    return {"address": said.where, "region": region.code if region is not None else ""}


def options(user: Any, draft: OrderDraft) -> list[tuple[str, str]]:
    """For whom ``user`` may order: for themselves, for whom they have a mandate, and officials for anybody.

    Those whom an official has found are among them, which is written down for them.
    """
    found = [(ME, _("For me"))]
    if user.is_authenticated:
        for mandate in mandates.held_by(user):
            said = {"name": mandate.principal.name or "–", "kind": mandates.in_words(mandate.kind)}
            found.append((str(mandate.pk), _("For %(name)s (I act as: %(kind)s)") % said))
        if may_anywhere(user, Action.REGISTER):
            within = people_seen_by(user)
            for one in show(map(UUID, draft.found), within=within, reader=user, purpose=mandates.ORDER_AT_DESK):
                said = {"name": who_is_it(one)}
                found.append((f"{PERSON}{one.key}", _("For %(name)s, as an official") % said))
            found.append((SOMEBODY, _("For somebody else, as an official")))
    return found


def mandate_for(whose: str | None, user: Any) -> Mandate | None:
    """The mandate that was chosen, as long as it holds."""
    key = _key(whose)
    return mandates.held_by(user).filter(pk=key).first() if key is not None and user.is_authenticated else None


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def is_official(whose: str | None) -> bool:
    """Whether an official writes it down."""
    return whose is not None and (whose == SOMEBODY or whose.startswith(PERSON))


def person_for(whose: str | None, user: Any) -> Person | None:
    """Whom it is for, where they are known already."""
    if not user.is_authenticated or whose == SOMEBODY:
        return None
    if whose is not None and whose.startswith(PERSON):
        if (key := _key(whose.removeprefix(PERSON))) is None:
            return None
        people = Person.objects.filter(people_seen_by(user), pk=key).distinct()
        return people.select_related("household__region").first()
    if whose == ME:
        return person_of(user)
    mandate = mandate_for(whose, user)
    return mandate.principal if mandate is not None else None


def home_of(whose: str, user: Any) -> Household | None:
    """Their home, where it is known."""
    person = person_for(whose, user)
    return person.household if person is not None else None


def place_of(draft: OrderDraft, user: Any) -> Household | None:
    """Where it is needed: the home that is known, or what was written, not saved yet."""
    if draft.home:
        return home_of(draft.whose or ME, user)
    region = Region.objects.filter(code=draft.region).first() if draft.region else None
    named = certain(places_in(draft.address, within=region)) if draft.address else None
    if named is not None:
        region = named.region
    if region is None:
        region = Region.objects.get(number=0)
    return Household(
        region=region,
        address=draft.address,
        longitude=named.longitude if named is not None else None,
        latitude=named.latitude if named is not None else None,
    )


def whose_order(draft: OrderDraft, user: Any) -> Whose | None:
    """Whom it is for and who orders it; ``None`` where the mandate that was chosen holds no more."""
    language, home = get_language() or "en", place_of(draft, user)
    actor = user if user.is_authenticated else None
    if draft.whose is not None and draft.whose.startswith(PERSON):
        known = person_for(draft.whose, user)
        return Whose(known, home, actor, registers=True, language=known.language) if known is not None else None
    if draft.whose not in (ME, SOMEBODY):
        mandate = mandate_for(draft.whose, user)
        return Whose(mandate.principal, home, actor, mandate, language=language) if mandate is not None else None
    if draft.whose == ME and actor is not None:
        return Whose(account_person(actor), home, actor, language=language)
    person = None
    if draft.name or draft.phone or draft.email:
        person = Person(name=draft.name, phone=draft.phone, email=draft.email, language=language)
    registers = draft.whose == SOMEBODY and actor is not None
    return Whose(person, home, actor, registers=registers, language=language)
