"""The words of an element: its text, or those of its formatted text if it has no other."""

from html.parser import HTMLParser
from typing import Any

from clinic.instruments.files.fhir.understood import dicts, extension
from clinic.instruments.items.parsing import LOINC
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


def codes_of(part: dict[str, Any]) -> list[dict[str, str]]:
    found = [{"code": clean(coding, "code"), "system": clean(coding, "system")} for coding in dicts(part.get("code"))]
    return [{name: value for name, value in code.items() if value} for code in found]


def loinc_of(part: dict[str, Any]) -> str:
    for coding in dicts(part.get("code")):
        code = clean(coding, "code")
        if coding.get("system") == "http://loinc.org" and LOINC.fullmatch(code):
            return code
    return ""
