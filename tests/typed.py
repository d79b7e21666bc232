"""What a page's form would send as it stands, and values for any field of a model."""

from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from django.db import models


class Inputs(HTMLParser):
    """The names and values of what a form has, of choices the chosen ones."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.name = self.chosen = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag == "select":
            self.name = found.get("name") or ""
        if tag == "option" and "selected" in found:
            self.values[self.name] = found.get("value") or ""
        if tag == "textarea":
            self.name = self.chosen = found.get("name") or ""
            self.values[self.name] = ""
        if tag == "input" and (found.get("type") not in ("radio", "checkbox") or "checked" in found):
            empty = "on" if found.get("type") == "checkbox" else ""
            self.values[found.get("name") or ""] = found.get("value") or empty

    def handle_data(self, data: str) -> None:
        if self.chosen:
            self.values[self.chosen] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":  # a browser leaves out the line end that its beginning is followed by
            self.values[self.chosen] = self.values[self.chosen].removeprefix("\n")
            self.chosen = ""


def sent_by(page: str) -> dict[str, str]:
    """What the forms of a page would send, were they submitted unchanged."""
    inputs = Inputs()
    inputs.feed(page)
    return inputs.values


def value_for(field: models.Field[Any, Any], at: int) -> Any:
    """The `at`-th value for a field: never its default, never the one before."""
    if field.choices:
        values = [value for value, _ in field.choices]
        return values[(at + 1) % len(values)]
    made: dict[type[models.Field[Any, Any]], Any] = {
        models.BooleanField: at % 2 == 0,
        models.DateField: date(1950, 1, 1) + timedelta(days=31 * at),
        models.DecimalField: Decimal(at + 1),
        models.JSONField: [{"question": f"Question {at}", "answer": f"Answer {at}"}],
        models.TextField: f"{field.name} {at}\nof two lines",
        models.CharField: f"{field.name.replace('_', ' ')} {at}",
    }
    if isinstance(field, models.ForeignKey):
        return list(field.related_model._default_manager.order_by("pk"))[at % 2]
    return next(value for kind, value in made.items() if isinstance(field, kind))
