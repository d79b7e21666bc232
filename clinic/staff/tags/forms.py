"""Parsing a tag."""

from typing import Any

from django import forms

from clinic.tenancy.models import Colour
from clinic.ui.forms import LineField, helper


class TagForm(forms.Form):
    """A word and a colour of the palette."""

    word = LineField(
        max_length=40,
        help_text="One word or two, such as “Interpreter” or “Study B”.",
        error_messages={"required": "Write the word."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "width-m"}),
    )
    colour = forms.ChoiceField(
        choices=Colour.choices,
        initial=Colour.GREY,
        error_messages={"required": "Choose a colour.", "invalid_choice": "Choose a colour of the list."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()

    def clean_word(self) -> str:
        word: str = self.cleaned_data["word"]
        if "," in word:
            raise forms.ValidationError("Leave out the comma: in files it stands between tags.")
        if not any(sign.isalnum() for sign in word):
            raise forms.ValidationError("Write at least one letter or digit.")
        return word
