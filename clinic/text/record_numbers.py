"""Record numbers as they are typed."""

from clinic.text.signs import plain


def read_record_number(text: str) -> str:
    """The number in plain signs: "AB\u201112", pasted, is AB-12."""
    return plain(text)
