"""The field of a form that takes tags: ticked, or as words with commas between them, as files have them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic.staff.tags.words import UnknownTag, choices, ids_of


class TagsField(forms.TypedMultipleChoiceField):
    """Cleans to the ids of tags, ascending."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=choices, coerce=int, empty_value=[], **kwargs)

    def clean(self, value: Any) -> Any:
        if not isinstance(value, str):
            return sorted(set(super().clean(value)))
        try:
            return ids_of(value.split(","))
        except UnknownTag as error:
            raise ValidationError(str(error)) from error
