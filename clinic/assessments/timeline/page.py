"""One page of a patient's timeline: its entries in words and links, by day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Model
from django.http import QueryDict

from clinic.assessments.timeline.forms import TimelineForm, written_place
from clinic.assessments.timeline.lines import LINES, Line
from clinic.assessments.timeline.places import Place, places
from clinic.assessments.timeline.sources import SOURCES
from clinic.patients.models import Patient

ENTRIES, WHOLE = 50, 2000  # on a page, and on the one that is for paper


class Day(NamedTuple):
    """The entries of one day, newest first."""

    day: date
    lines: list[Line]


@dataclass(frozen=True)
class Timeline:
    """`older`, `newest` and `whole` are the addresses of other pages; empty where there are none."""

    days: list[Day]
    count: int
    older: str
    newest: str
    whole: str


def timeline_of(patient: Patient, form: TimelineForm, query: QueryDict) -> Timeline:
    """The page that a valid form asks for."""
    asked, is_whole = form.asked(), bool(form.cleaned_data["all"])
    most = WHOLE if is_whole else ENTRIES
    found = places(patient.pk, asked, most + 1)
    shown = found[:most]
    lines = list(_lines(shown, _records(patient, shown)))
    days = [Day(day, [line for _, line in group]) for day, group in groupby(lines, key=lambda pair: pair[0])]
    return Timeline(
        days=days,
        count=len(lines),
        older=_address(query, after=written_place(shown[-1])) if len(found) > most else "",
        newest=_address(query) if asked.behind is not None else "",
        whole=_address(query, all="yes") if len(found) > most and not is_whole else "",
    )


def _records(patient: Patient, shown: list[Place]) -> dict[tuple[type[Model], str], Any]:
    """The records of a page by model and key: a statement for each model."""
    keys: dict[type[Model], set[str]] = {}
    for place in shown:
        keys.setdefault(SOURCES[place.source].model, set()).add(place.key)
    found: dict[tuple[type[Model], str], Any] = {}
    for model, wanted in keys.items():
        rows = next(source for source in SOURCES if source.model is model).rows(patient.pk)
        found |= {(model, str(record.pk)): record for record in rows.filter(pk__in=wanted)}
    return found


def _lines(shown: list[Place], records: dict[tuple[type[Model], str], Any]) -> Iterator[tuple[date, Line]]:
    for place in shown:
        source = SOURCES[place.source]
        if (record := records.get((source.model, place.key))) is not None:
            yield place.day, LINES[source.name](record)


def _address(query: QueryDict, **more: str) -> str:
    other = query.copy()
    other.pop("after", None)
    for name, value in more.items():
        other[name] = value
    return f"?{other.urlencode()}"
