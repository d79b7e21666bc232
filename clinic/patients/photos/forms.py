"""The form of a patient's photo."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic.patients.photos.pictures import FORMATS, Refused, small_picture
from clinic.ui.forms import helper

MOST_BYTES = 10 * 1024**2
TOO_LARGE = "A photo may hold 10 megabytes at most. Choose a smaller file, or take it again with fewer pixels."
TYPES = ",".join(f"image/{name.lower()}" for name in FORMATS)


class PhotoForm(forms.Form):
    """A picture in a file; cleans to the small one that is kept."""

    photo = forms.FileField(
        help_text="A JPEG, PNG or WebP file of 10 megabytes at most. It is cut to a small square; the file itself, and "
        "where and when it was taken, are not kept.",
        widget=forms.FileInput(attrs={"accept": TYPES}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()

    def clean_photo(self) -> bytes:
        file = self.cleaned_data["photo"]
        if file.size > MOST_BYTES:
            raise ValidationError(TOO_LARGE)
        try:
            return small_picture(file)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal
