"""Parsing what is typed about saved views and layouts."""

from typing import Any

from django import forms

from clinic.lists.jobs.bulk import kept_query
from clinic.lists.models import SavedView
from clinic.lists.page.layout import DENSITIES, NAME, PER_PAGE
from clinic.ui.forms import LineField, helper


class ViewForm(forms.Form):
    """A view's name, whom it is for, and the address that it keeps."""

    name = LineField(max_length=100, label="Name", error_messages={"required": "Write a name for the view."})
    is_shared = forms.BooleanField(required=False, label="Share with everybody in the clinic")
    query = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()

    def clean_query(self) -> str:
        return kept_query(self.cleaned_data["query"])

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "is_shared", "query")}


def initial_of(view: SavedView) -> dict[str, Any]:
    return {"name": view.name, "is_shared": view.is_shared, "query": view.query}


class LayoutForm(forms.Form):
    """How a list is shown. Columns come in the order in which they were posted; a missing field keeps its value."""

    density = forms.ChoiceField(choices=DENSITIES.items(), required=False)
    per_page = forms.TypedChoiceField(
        choices=[(size, size) for size in PER_PAGE], coerce=int, required=False, empty_value=None
    )

    def chosen(self) -> dict[str, Any]:
        """What was posted, as the preferences keep it; columns are names, of which a table ignores those it lacks."""
        posted: Any = self.data
        columns = [name for name in posted.getlist("column") if NAME.fullmatch(name)][:60]
        cleaned = {name: value for name, value in self.cleaned_data.items() if value}
        return {**cleaned, **({"columns": moved(columns, posted.get("move", ""))} if columns else {})}


def moved(columns: list[str], move: str) -> list[str]:
    """The columns after a button such as `up-age` was pressed; the first column stays the first."""
    way, _, name = move.partition("-")
    if name not in columns:
        return columns
    here = columns.index(name)
    there = here + {"up": -1, "down": 1}.get(way, 0)
    if here > 0 and 0 < there < len(columns):
        columns[here], columns[there] = columns[there], columns[here]
    return columns
