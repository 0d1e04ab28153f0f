"""What is written down with what is done; each form knows the verb that does it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel.text import listed
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.delivery.dispatching import dispatch, proposals
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.escalating import decide
from lacarte.loop.orders.delivery.extending import MOST_DAYS, ask_for_extension, decide_extension
from lacarte.loop.orders.delivery.handing_over import (
    answer_handover,
    ask_to_take_over,
    could_take_over,
    withdraw_handover,
)
from lacarte.loop.orders.delivery.pausing import ask_resident, resume
from lacarte.loop.orders.delivery.reasons import LONGEST_WORDS, reasons_of
from lacarte.loop.orders.delivery.undoing import undo
from lacarte.loop.orders.models import Escalation, Extension, Handover, Order, OrderState, Reason
from lacarte.pages.delivering.access import Seen
from lacarte.pages.design.forms import Choices, WordsForm
from lacarte.registers.menu.models import OfferAtPlace

Said = str | Promise

#: What somebody does to take an order to a state.
VERBS: dict[OrderState, Said] = {
    OrderState.RECEIVED: gettext_lazy("Mark as received"),
    OrderState.ACCEPTED: gettext_lazy("Accept"),
    OrderState.REJECTED: gettext_lazy("Return it"),
    OrderState.IN_PROGRESS: gettext_lazy("Start the work"),
    OrderState.ON_HOLD: gettext_lazy("Put on hold"),
    OrderState.COMPLETED: gettext_lazy("Mark as done"),
    OrderState.CANCELLED: gettext_lazy("Cancel it"),
    OrderState.FAILED: gettext_lazy("Mark as failed"),
}


def words_field(label: Any, hint: Any = "", *, empty: Any = "") -> forms.CharField:
    """Free words; asked for with what is said where there are none."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=bool(empty),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": empty} if empty else None,
    )


class OrderForm(WordsForm):
    """One thing that is done with an order. ``says`` is what comes of it, ``done`` what is said afterwards."""

    title: Said = ""
    says: Said = ""
    button: Said = ""
    done: Said = gettext_lazy("It is done.")
    tone = ""

    def __init__(self, data: Any, *, seen: Seen, **more: Any) -> None:
        super().__init__(data, auto_id="do_%s", **more)
        self.seen = seen
        first = next(iter(self.fields.values()), None)
        if first is not None and data is None:
            first.widget.attrs["autofocus"] = True

    @property
    def goes(self) -> str:
        """Where it goes on."""
        return f"{self.seen.page}#work"

    def do(self, order: Order) -> object:
        """Do it, with the order as it is now. Raises ``PermissionDenied``, ``OrderRefusedError``."""
        raise NotImplementedError


class Step(OrderForm):
    """Take the order to another state."""

    def __init__(self, data: Any, *, seen: Seen, to: OrderState) -> None:
        super().__init__(data, seen=seen)
        self.to, self.title, self.button = to, VERBS[to], VERBS[to]
        self.done = _("It is “%(state)s” now.") % {"state": to.label}

    def do(self, order: Order) -> object:
        """Take it there, with the reason where one was asked for."""
        said = self.cleaned_data
        code, words = said.get("code", ""), said.get("words", "")
        return change(order, to=self.to, actor=self.seen.user, code=code, reason=words)


class Because(OrderForm):
    """Something that needs a reason: one that is kept, or words, or both."""

    code = forms.ChoiceField(label=gettext_lazy("Why"), required=False)
    words = words_field(gettext_lazy("In your own words"), gettext_lazy("The person may read it on their page."))
    marks_optional = False

    def __init__(self, data: Any, *, seen: Seen, of: str, **more: Any) -> None:
        super().__init__(data, seen=seen, **more)
        found = [(reason.code, str(reason)) for reason in reasons_of(of)]
        self.offer("code", [("", _("Please choose")), *found])

    def clean(self) -> dict[str, Any]:
        """Either will do."""
        said = super().clean()
        if not self.errors and not said.get("code") and not said.get("words"):
            self.add_error("code", _("Please choose a reason, or say it in your own words."))
        return said


class StepBecause(Because, Step):
    """Take the order to a state for which somebody must say why."""

    def __init__(self, data: Any, *, seen: Seen, to: OrderState) -> None:
        super().__init__(data, seen=seen, of=to, to=to)
        self.tone = "" if to == OrderState.ON_HOLD else "grave"


class Undo(OrderForm):
    """Take back the newest change."""

    done = gettext_lazy("It is taken back: all is as it was before.")

    def do(self, order: Order) -> object:
        """Take it back."""
        return undo(order, actor=self.seen.user)


class Ask(OrderForm):
    """Ask the resident, while the clock stands still."""

    title = gettext_lazy("Ask the resident")
    button = gettext_lazy("Ask, and stop the clock")
    done = gettext_lazy("They have been asked. The clock stands still until they write.")
    question = words_field(
        gettext_lazy("Your question"),
        gettext_lazy("It goes to them as a message, in these words."),
        empty=gettext_lazy("Please write what you want to know."),
    )

    @property
    def says(self) -> str:  # type: ignore[override]
        """How long the clock stands still."""
        words = _("The clock stands still until they write, for %(n)d working days at most.")
        return words % {"n": int(settings.CONFIGURED["pause_days"])}

    def do(self, order: Order) -> object:
        """Ask."""
        return ask_resident(order, self.cleaned_data["question"], actor=self.seen.user)


class GoOn(OrderForm):
    """Wait no more for what the resident was asked."""

    done = gettext_lazy("The clock goes on.")

    def do(self, order: Order) -> object:
        """Let the clock go on."""
        return resume(order, actor=self.seen.user)


class HandOver(Because):
    """Ask another provider to take the order over."""

    title = gettext_lazy("Hand it over")
    says = gettext_lazy("It stays here, with its deadlines, until the other provider takes it over.")
    button = gettext_lazy("Ask them to take it over")
    done = gettext_lazy("They have been asked. It stays here until they take it over.")
    field_order = ("target", "code", "words")
    target = forms.ModelChoiceField(
        OfferAtPlace.objects.none(),
        label=gettext_lazy("To whom"),
        empty_label=gettext_lazy("Please choose"),
        error_messages={
            "required": gettext_lazy("Please choose who is asked."),
            "invalid_choice": gettext_lazy("This offer does not take anybody on just now. Please choose another."),
        },
    )

    def __init__(self, data: Any, *, seen: Seen) -> None:
        super().__init__(data, seen=seen, of=Reason.Of.HANDOVER)
        field = self.fields["target"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = could_take_over(seen.order)
        field.label_from_instance = name_of  # type: ignore[assignment,method-assign]
        self.fields["words"].help_text = _("Whoever is asked reads it.")

    def do(self, order: Order) -> object:
        """Ask."""
        said = self.cleaned_data
        return ask_to_take_over(
            order, said["target"], actor=self.seen.user, code=said["code"], words=said["words"]
        )


class TakeOver(OrderForm):
    """Take over an order that another provider has, or not."""

    title = gettext_lazy("Do you take it over?")
    button = gettext_lazy("Answer")
    accepts = forms.TypedChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[("yes", gettext_lazy("Take it over")), ("no", gettext_lazy("Decline"))],
        coerce=lambda said: said == "yes",
        widget=Choices(
            hints={
                "yes": gettext_lazy(
                    "It is accepted then, takes one of your free places, and keeps its deadlines."
                ),
                "no": gettext_lazy("It stays where it is. Please say why."),
            }
        ),
        error_messages={"required": gettext_lazy("Please choose.")},
    )
    words = words_field(gettext_lazy("Why"), gettext_lazy("Needed where you decline. Whoever asked reads it."))
    marks_optional = False

    def __init__(self, data: Any, *, seen: Seen, asked: Handover) -> None:
        super().__init__(data, seen=seen)
        self.asked = asked

    @property
    def goes(self) -> str:
        """To the order, which is theirs now, or back to the list."""
        return super().goes if self.cleaned_data["accepts"] else reverse("order-handovers")

    def clean(self) -> dict[str, Any]:
        """Who declines says why."""
        said = super().clean()
        if said.get("accepts") is False and not said.get("words"):
            self.add_error("words", _("Please say why."))
        return said

    def do(self, order: Order) -> object:
        """Answer."""
        said = self.cleaned_data
        self.done = _("It is yours now.") if said["accepts"] else _("They see that you do not take it over.")
        return answer_handover(self.asked, accepts=said["accepts"], actor=self.seen.user, words=said["words"])


class TakeBack(OrderForm):
    """Ask the other provider no more."""

    done = gettext_lazy("They are not asked any more.")

    def do(self, order: Order) -> object:
        """Withdraw what is asked."""
        asked = order.handovers.filter(state=Handover.State.ASKED).first() or order.handovers.last()
        return withdraw_handover(asked, actor=self.seen.user) if asked else None


class Later(Because):
    """Ask for a later deadline."""

    title = gettext_lazy("Ask for a later deadline")
    says = gettext_lazy("An official other than you grants it or refuses it. Until then the deadline stays.")
    button = gettext_lazy("Ask for it")
    done = gettext_lazy("It has been asked for. Somebody else decides.")
    field_order = ("days", "code", "words")
    short = ("days",)
    days = forms.IntegerField(
        label=gettext_lazy("How many working days more"),
        min_value=1,
        max_value=MOST_DAYS,
        error_messages={
            "required": gettext_lazy("Please say how many working days."),
            "invalid": gettext_lazy("Please give a whole number of working days."),
        },
    )

    def __init__(self, data: Any, *, seen: Seen) -> None:
        super().__init__(data, seen=seen, of=Reason.Of.EXTENSION)
        self.fields["words"].help_text = _("Whoever decides reads it.")

    def clean(self) -> dict[str, Any]:
        """A reason in words alone will not do: extensions are counted by their reasons."""
        said = super().clean()
        if not self.errors and not said.get("code"):
            self.add_error("code", _("Please choose a reason."))
        return said

    def do(self, order: Order) -> object:
        """Ask."""
        said = self.cleaned_data
        return ask_for_extension(
            order, days=said["days"], code=said["code"], actor=self.seen.user, words=said["words"]
        )


class Send(OrderForm):
    """Send what came back to the next best offer."""

    title = gettext_lazy("Send it on")
    button: Said = gettext_lazy("Send it there")
    done = gettext_lazy("It is on its way to the provider.")
    offer_at_place = forms.ChoiceField(
        label=gettext_lazy("The next best offers"),
        widget=Choices(),
        error_messages={
            "required": gettext_lazy("Please choose an offer."),
            "invalid_choice": gettext_lazy("This offer has been taken meanwhile. Please choose another."),
        },
    )

    def __init__(self, data: Any, *, seen: Seen) -> None:
        super().__init__(data, seen=seen)
        found = proposals(seen.need, actor=seen.user)
        self.places = {str(one.offer_at_place.pk): one.offer_at_place for one in found}
        self.offer("offer_at_place", [(key, name_of(place)) for key, place in self.places.items()])
        widget = self.fields["offer_at_place"].widget
        assert isinstance(widget, Choices)
        widget.hints = {str(one.offer_at_place.pk): one.in_words() for one in found}
        self.says = _("The best is first. Who returned it is not among them.")
        if not found:
            del self.fields["offer_at_place"]
            self.button = ""
            self.says = _("No offer has a place free for it just now. The next matching run looks again.")

    def do(self, order: Order) -> object:
        """Send it there."""
        place = self.places.get(self.cleaned_data.get("offer_at_place", ""))
        if place is None:
            raise OrderRefusedError(self.says)
        return dispatch(self.seen.need, place, actor=self.seen.user)


class Decide(OrderForm):
    """Decide what a case was brought to an official for."""

    title = gettext_lazy("Decide")
    button = gettext_lazy("Write it down")
    done = gettext_lazy("Your decision is written down.")
    words = words_field(
        gettext_lazy("What have you decided?"),
        gettext_lazy("Such as: the provider does it by Friday, I have rung them up."),
        empty=gettext_lazy("Please say what you have decided."),
    )

    def __init__(self, data: Any, *, seen: Seen, escalation: Escalation) -> None:
        super().__init__(data, seen=seen)
        self.escalation, self.says = escalation, escalation.get_why_display()

    def do(self, order: Order) -> object:
        """Note it."""
        return decide(self.escalation, self.cleaned_data["words"], actor=self.seen.user)


class Grant(OrderForm):
    """Grant a later deadline, or refuse it."""

    title = gettext_lazy("A later deadline?")
    button = gettext_lazy("Decide")
    done = gettext_lazy("It is decided, and whoever asked sees it.")
    grants = forms.TypedChoiceField(
        label=gettext_lazy("Your decision"),
        choices=[("yes", gettext_lazy("Grant it")), ("no", gettext_lazy("Refuse it"))],
        coerce=lambda said: said == "yes",
        widget=Choices(),
        error_messages={"required": gettext_lazy("Please choose.")},
    )
    words = words_field(gettext_lazy("Why"), gettext_lazy("Needed where you refuse. Whoever asked reads it."))
    marks_optional = False

    def __init__(self, data: Any, *, seen: Seen, extension: Extension) -> None:
        super().__init__(data, seen=seen)
        self.extension = extension
        days = _("%(n)d working days more") % {"n": extension.days}
        self.says = listed(part for part in (days, extension.reason, extension.words) if part)

    def clean(self) -> dict[str, Any]:
        """Who refuses says why."""
        said = super().clean()
        if said.get("grants") is False and not said.get("words"):
            self.add_error("words", _("Please say why."))
        return said

    def do(self, order: Order) -> object:
        """Decide it."""
        said = self.cleaned_data
        return decide_extension(self.extension, grants=said["grants"], actor=self.seen.user, words=said["words"])


def name_of(place: OfferAtPlace) -> str:
    """An offer at a place as those know it who send orders: who, what and where."""
    return listed((place.offer.provider, place.offer, place.where))
