"""Record numbers as they are typed."""

import unicodedata

from django.core.exceptions import ValidationError

from clinic.text.signs import plain


def read_record_number(text: str) -> str:
    """The number in plain signs: "AB\u201112", pasted, is AB-12. Raises ValidationError for signs alone."""
    number = plain(text)
    if text.strip() and not any(unicodedata.category(sign)[0] in "LN" for sign in number):
        raise ValidationError("A record number has at least one letter or digit.", code="unseen")
    return number
