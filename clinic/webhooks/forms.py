"""Parsing what is typed about a webhook."""

from typing import Any

from django import forms

from clinic.ui.forms import LineField, helper
from clinic.webhooks.addresses import BadAddress, read_target
from clinic.webhooks.models import LONGEST_NAME, LONGEST_URL, Event


class WebhookForm(forms.Form):
    name = LineField(
        max_length=LONGEST_NAME,
        help_text="What receives it, such as “Appointment system”.",
        error_messages={"required": "Write what the receiver is called."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    url = forms.CharField(
        max_length=LONGEST_URL,
        label="Address",
        help_text="Where the receiver listens, beginning with https://.",
        error_messages={"required": "Write the address."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
    )
    events = forms.MultipleChoiceField(
        choices=Event.choices,
        label="What it is told",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose what it is told."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            read_target(url)
        except BadAddress as error:
            raise forms.ValidationError(str(error)) from error
        return url
