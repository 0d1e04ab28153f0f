"""What residents fill in about a need that they have sent; how they tell one is in ``questions``."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from lacarte.kernel.objecting import LONGEST
from lacarte.loop.voice.actions import LONGEST_COMMENT
from lacarte.loop.voice.models import Satisfaction
from lacarte.pages.design.forms import Choices, Form


class Rate(Form):
    """How did it go?"""

    solved = forms.TypedChoiceField(
        label=gettext_lazy("Is it solved?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda said: said == "yes",
        widget=Choices(hints={"no": gettext_lazy("We will look for another provider at once.")}),
        error_messages={"required": gettext_lazy("Please say whether it is solved.")},
    )
    contacted_in_time = forms.TypedChoiceField(
        label=gettext_lazy("Did somebody get in touch in good time?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda said: said == "yes",
        widget=Choices(),
        error_messages={"required": gettext_lazy("Please say whether somebody got in touch in good time.")},
    )
    satisfaction = forms.TypedChoiceField(
        label=gettext_lazy("All in all, how was it?"),
        choices=Satisfaction.choices,
        coerce=int,
        widget=Choices(),
        error_messages={"required": gettext_lazy("Please choose one of the five answers.")},
    )
    comment = forms.CharField(
        label=gettext_lazy("Anything you want to tell us"),
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class Object(Form):
    """What is wrong about a decision?"""

    reason = forms.CharField(
        label=gettext_lazy("What is wrong about it?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Please say in a few words why you object.")},
    )


class Find(Form):
    """How is my request going?"""

    short = ("reference",)
    reference = forms.CharField(
        label=gettext_lazy("Reference"),
        help_text=gettext_lazy("Eight letters and digits, such as 7KQ2-M4XD."),
        max_length=40,
        error_messages={"required": gettext_lazy("Please type the reference that you were given.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )
