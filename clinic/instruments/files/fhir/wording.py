"""The words of an element: its text, or those of its formatted text if it has no other."""

from html.parser import HTMLParser
from typing import Any

from clinic.instruments.files.fhir.understood import extension
from clinic.ui.forms import one_line

FORMATTED = ("rendering-xhtml", "rendering-markdown")


def clean(part: dict[str, Any], name: str) -> str:
    value = part.get(name)
    return "".join(letter for letter in one_line(value) if letter.isprintable()) if isinstance(value, str) else ""


class _Words(HTMLParser):
    """Collects the words of HTML, those of each element apart."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def wording(part: dict[str, Any]) -> str:
    """The prefix and the text of an element."""
    return " ".join(filter(None, (clean(part, "prefix"), text_of(part))))


def text_of(part: dict[str, Any]) -> str:
    if text := clean(part, "text"):
        return text
    beside = part.get("_text")
    for name in FORMATTED:
        found = (extension(beside, name) if isinstance(beside, dict) else None) or {}
        words = _Words()
        words.feed(str(found.get("valueString") or found.get("valueMarkdown") or ""))
        words.close()
        if text := clean({"text": " ".join(words.words)}, "text"):
            return text
    return ""
