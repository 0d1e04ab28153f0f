"""An offer and a provider as forms: each text beside its translation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from lacarte.kernel.money import Money
from lacarte.pages.design.forms import Choices, Form
from lacarte.pages.desk.forms import service_choices
from lacarte.registers.menu.models import Offer, ServiceType
from lacarte.registers.providers.models import Provider

Posted = Mapping[str, Any] | None
#: What can be said of a price.
FREE, COSTS, ASK = "free", "costs", "ask"


class Kept(Form):
    """A form of a record that others may edit at the same time; ``seen`` is the version that was shown."""

    marks_optional = False
    #: Texts that are there once for each language: field -> lines of its box.
    texts: dict[str, int] = {}
    #: What stands together, in the order of the page; of a text, all its languages.
    layout: tuple[tuple[str, ...], ...] = ()
    seen = forms.CharField(widget=forms.HiddenInput(), required=False)

    def __init__(self, data: Posted, *, initial: dict[str, Any]) -> None:
        self.base_languages = [code for code, _name in settings.LANGUAGES]
        super().__init__(data, initial=initial)
        for language in self.base_languages:
            for name, rows in self.texts.items():
                self.fields[f"{name}-{language}"] = _text_field(name, rows, language)

    def rows(self) -> Iterator[list[Any]]:
        """The fields that stand together, those that there are."""
        for names in self.layout:
            wanted = [name for one in names for name in self._fields_of(one)]
            if there := [self[name] for name in wanted if name in self.fields]:
                yield there

    def version(self) -> Any:
        """The version that was shown; ``None`` where it is none."""
        return parse_datetime(self.cleaned_data.get("seen", ""))

    def said_in(self, name: str, before: dict[str, str]) -> dict[str, str]:
        """A text in all languages: as said here, and as it was in those that are not asked for here."""
        other = {tag: words for tag, words in before.items() if tag not in self.base_languages}
        said = {tag: self.cleaned_data[f"{name}-{tag}"].strip() for tag in self.base_languages}
        return other | {tag: words for tag, words in said.items() if words}

    def refuse(self, error: ValidationError) -> None:
        """Put the sentences of a verb beside the fields that they are about."""
        for name, words in error.message_dict.items():
            field = next((one for one in self._named(name) if one in self.fields), None)
            self.add_error(field, words)

    def _fields_of(self, name: str) -> list[str]:
        return [f"{name}-{language}" for language in self.base_languages] if name in self.texts else [name]

    def _named(self, name: str) -> list[str]:
        """The fields that show a column of the record."""
        return [name, *self._fields_of(name), _RENAMED.get(name, name)]


_RENAMED = {"price_minor": "price", "service_type": "service"}
_LABELS = {
    "name": pgettext_lazy("of an offer or a provider", "Name"),
    "description": gettext_lazy("Description"),
    "conditions": gettext_lazy("Conditions"),
    "price_note": gettext_lazy("What the price is for"),
    "address": gettext_lazy("Address"),
}


def _text_field(name: str, rows: int, language: str) -> forms.CharField:
    attrs = {"lang": {"zh-hans": "zh-Hans"}.get(language, language)}
    widget = forms.Textarea(attrs={**attrs, "rows": rows}) if rows > 1 else forms.TextInput(attrs=attrs)
    said = {"label": _LABELS[name], "language": get_language_info(language)["name_translated"]}
    label = _("%(label)s in %(language)s") % said
    field = forms.CharField(label=label, required=False, max_length=10_000, widget=widget)
    field.marks_optional = False  # type: ignore[attr-defined]
    return field


def texts_of(record: Any, names: Any) -> dict[str, str]:
    """The texts of a record as a form shows them."""
    codes = [code for code, _name in settings.LANGUAGES]
    return {f"{name}-{code}": getattr(record, name).get(code, "") for name in names for code in codes}


def day_field(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    wrong = {"invalid": gettext_lazy("Please choose a day.")}
    return forms.DateField(label=label, required=False, widget=widget, error_messages=wrong)


class ProviderForm(Kept):
    """What a provider says of itself."""

    texts = {"name": 1, "description": 4}
    layout = (("name",), ("description",), ("website", "email"), ("phone",))
    website = forms.CharField(label=gettext_lazy("Website"), required=False, max_length=300)
    email = forms.CharField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)

    @staticmethod
    def initial_of(provider: Provider) -> dict[str, Any]:
        """What the form shows of a provider."""
        once = {name: getattr(provider, name) for name in ("website", "email", "phone")}
        return once | texts_of(provider, ProviderForm.texts) | {"seen": provider.changed_at.isoformat()}

    def values(self, provider: Provider) -> dict[str, Any]:
        """What was said, as the verb takes it."""
        once = {name: self.cleaned_data[name].strip() for name in ("website", "email", "phone")}
        return once | {name: self.said_in(name, getattr(provider, name)) for name in self.texts}


class OfferForm(Kept):
    """All of an offer but its places."""

    texts = {"name": 1, "description": 4, "conditions": 3, "price_note": 1}
    layout = (
        *(("service",), ("name",), ("description",), ("conditions",), ("charge",), ("price", "currency")),
        *(("price_note",), ("since", "until"), ("languages", "phone"), ("website", "email")),
    )
    short = ("price", "currency", "since", "until", "languages", "phone")
    charge = forms.ChoiceField(
        label=gettext_lazy("What does it cost?"),
        choices=[
            (FREE, gettext_lazy("Nothing: it is free")),
            (COSTS, gettext_lazy("It has a price")),
            (ASK, gettext_lazy("That is not known")),
        ],
        widget=Choices(
            hints={ASK: gettext_lazy("People read “ask the price”. Who looks for what is free does not find it.")}
        ),
        error_messages={"required": gettext_lazy("Please say whether it costs something.")},
    )
    price = forms.DecimalField(
        label=gettext_lazy("Price"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(20_000_000),
        error_messages={
            "invalid": gettext_lazy("A price is a number such as 75 or 12.50."),
            "min_value": gettext_lazy("A price is 0 or more."),
        },
        help_text=gettext_lazy("Empty where it is free or not known."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    currency = forms.CharField(
        label=gettext_lazy("Currency"), max_length=3, help_text=gettext_lazy("Three letters, such as CNY.")
    )
    languages = forms.CharField(
        label=gettext_lazy("Languages spoken"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Codes with commas between, such as zh, en."),
    )
    since = day_field(gettext_lazy("Offered from"))
    until = day_field(gettext_lazy("Offered until"))
    website = forms.CharField(label=gettext_lazy("Website"), required=False, max_length=300)
    email = forms.CharField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)

    def __init__(self, data: Posted, *, initial: dict[str, Any], new: bool = False) -> None:
        super().__init__(data, initial=initial)
        self.new = new
        if new:
            wrong = {"required": _("Please choose a service.")}
            self.fields["service"] = forms.ChoiceField(label=_("Service"), error_messages=wrong)
            self.offer("service", service_choices(_("Please choose")))

    @staticmethod
    def initial_of(offer: Offer) -> dict[str, Any]:
        """What the form shows of an offer."""
        return texts_of(offer, OfferForm.texts) | {
            "charge": ASK if offer.price_minor is None else COSTS if offer.price_minor else FREE,
            "price": offer.price.plain if offer.price_minor else "",
            "currency": offer.currency,
            "languages": ", ".join(offer.languages),
            "since": offer.since.isoformat() if offer.since else "",
            "until": offer.until.isoformat() if offer.until else "",
            "website": offer.website,
            "email": offer.email,
            "phone": offer.phone,
            "seen": offer.changed_at.isoformat(),
        }

    def clean(self) -> dict[str, Any]:
        """A price of so many of the smallest coin, where it costs something."""
        said = super().clean() or {}
        said["currency"] = said.get("currency", "").strip().upper()
        charge, price = said.get("charge"), said.get("price")
        said["price_minor"] = 0 if charge == FREE else None
        if charge == COSTS and not price and "price" not in self.errors:
            self.add_error("price", _("Please say how much, or choose another answer above."))
        elif charge == COSTS and price and len(said["currency"]) == 3:  # another has its own sentence
            try:
                said["price_minor"] = Money.of(said["currency"], price).minor
            except ValueError:
                self.add_error("price", _("Nobody can pay this exactly: it is finer than the smallest coin."))
        elif (
            charge in (FREE, ASK) and price and self["price"].data != self["price"].initial
        ):  # not left from before
            self.add_error(
                "price", _("There is a price here, and above you chose that there is none. Which is it?")
            )
        return said

    def values(self, offer: Offer) -> dict[str, Any]:
        """What was said, as the verbs take it."""
        said = self.cleaned_data
        tags = [tag.strip() for tag in said["languages"].replace(";", ",").split(",")]
        return {
            **{name: self.said_in(name, getattr(offer, name)) for name in self.texts},
            "price_minor": said["price_minor"],
            "currency": said["currency"],
            "languages": [tag for tag in tags if tag],
            **{name: said[name] for name in ("since", "until")},
            **{name: said[name].strip() for name in ("website", "email", "phone")},
        }

    def chosen(self) -> ServiceType:
        """The service type of a new offer."""
        return ServiceType.objects.get(code=self.cleaned_data["service"])
