"""Pages and actions that are found by their names, from everywhere."""

from collections.abc import Iterable
from typing import NamedTuple

from django.urls import resolve, reverse

from clinic.lists.page.list_page import Link


class Way(NamedTuple):
    """A page that is reached without a record. `words` are others that people look for it by."""

    label: str
    view: str
    words: str = ""


WAYS = (
    Way("Today", "home", "start first page"),
    Way("Patients", "patients:list", "people"),
    Way("Register a patient", "patients:new", "new add"),
    Way("Assessments", "assessments:list", "questionnaires results scores"),
    Way("Alerts", "assessments:alerts", "risk"),
    Way("Due", "assessments:due", "overdue schedules"),
    Way("Reviews", "reviews:list", "results to review overnight"),
    Way("Outcomes", "outcomes:page", "figures report statistics"),
    Way("Possible duplicates", "duplicates:list", "twice merge"),
    Way("Bring in a file of patients", "imports:new", "import csv upload"),
    Way("Bring in a file of assessments", "assessment_imports:new", "import csv answers questionnaires upload"),
    Way("Lists of patients", "hand_picked:list", "picked study"),
    Way("Bin", "binning:list", "deleted mistake"),
    Way("Instruments", "instruments:list", "questionnaires phq gad"),
    Way("Make an instrument", "instruments:new", "new own questionnaire"),
    Way("Open a hidden record in an emergency", "care:emergency", "break glass"),
    Way("Clinic settings", "clinic_settings:edit", "time zone country"),
    Way("Tags", "tags:list", "words colours"),
    Way("People and their roles", "people:list", "members colleagues users invite"),
    Way("Programs", "programs:list", "api clients keys"),
    Way("Webhooks", "webhooks:list", "other systems"),
    Way("Trail", "trail:list", "audit who looked log"),
    Way("Background work", "lists:jobs", "jobs exports files"),
    Way("Help", "help:page", "how what guide manual"),
    Way("Keys", "lists:shortcuts", "keyboard shortcuts help"),
    Way("Your account", "account:detail", "password second factor passkey sessions name"),
    Way("API documentation", "api:docs", "json programs"),
)


def ways_to(text: str, permissions: Iterable[str]) -> list[Link]:
    """The pages that somebody may open of whose words each typed one begins one; all of them where nothing is typed."""
    typed, may = text.lower().split(), set(permissions)
    return [
        Link(way.label, reverse(way.view))
        for way in WAYS
        if may >= needs_of(way)
        and all(any(word.startswith(each) for word in f"{way.label} {way.words}".lower().split()) for each in typed)
    ]


def needs_of(way: Way) -> set[str]:
    """What its page says that it takes."""
    view = resolve(reverse(way.view)).func
    first = getattr(view, "required_permission", None)
    return {*(() if first is None else (first,)), *getattr(view, "required_besides", ())}
