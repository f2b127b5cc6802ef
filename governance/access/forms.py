"""What the pages of people and of one's own account ask for. Whether it may be done, services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from governance.access import keys
from governance.access.policy import ROLES

_ROLES = [(name, format_lazy("{}: {}", name, does)) for name, does in ROLES.items()]
_REASON_ROOM = 300


class PlainForm(forms.Form):
    """Fields in the dress of our pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxSelectMultiple):
                field.widget.attrs.setdefault("class", "input")


class ReasonForm(PlainForm):
    """An act that wants nothing but its reason."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=_REASON_ROOM)


class GiveForm(ReasonForm):
    """A role to be given."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=_ROLES)
    field_order = ["role", "reason"]


class TakeForm(ReasonForm):
    """A role to be taken away."""

    role = forms.CharField(widget=forms.HiddenInput, max_length=20)


class DeputyForm(ReasonForm):
    """Who stands in, for what, and when."""

    role = forms.ChoiceField(label=gettext_lazy("For the role"), choices=_ROLES)
    deputy = forms.CharField(label=gettext_lazy("Deputy (user name)"), max_length=150)
    since = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ["role", "deputy", "since", "until", "reason"]


class DeputyEndForm(ReasonForm):
    """A deputyship that ends early."""

    deputyship = forms.IntegerField(widget=forms.HiddenInput)


class TokenForm(PlainForm):
    """A token to be made."""

    name = forms.CharField(label=gettext_lazy("Where it is used"), max_length=60)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(name, format_lazy("{}: {}", name, does)) for name, does in keys.SCOPES.items()],
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days until it ends"), min_value=1, max_value=keys.LONGEST_DAYS, initial=90
    )


class MomentForm(PlainForm):
    """A day to look back to."""

    at = forms.DateField(
        label=gettext_lazy("Who held what on"), widget=forms.DateInput(attrs={"type": "date"})
    )
