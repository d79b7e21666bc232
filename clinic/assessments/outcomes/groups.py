"""Figures told apart: by practitioner, alphabetically, and by age, gender and language without showing small groups."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict

from clinic.assessments.outcomes.asking import Asked
from clinic.assessments.outcomes.figures import TOLD, counts_by, counts_by_each, is_published
from clinic.assessments.outcomes.page import LABELS, address, rows_url
from clinic.assessments.outcomes.shares import hidden_groups
from clinic.assessments.outcomes.sheets import Cell, Sheet, share_cell
from clinic.assessments.selfreport.request_forms import language_name
from clinic.instruments.change import Change
from clinic.patients.models import Gender
from clinic.staff.models import NOBODY, practitioner_names

FEWEST_CASES = 20  # of a practitioner, for percentages
MEASURED = ("cases", "followed_up")
AGES = {0: "Under 18", 18: "18 to 25", 26: "26 to 44", 45: "45 to 64", 65: "65 and over", None: "Not known"}
CASELOAD = (
    "Cases of the patients whom somebody is responsible for now, whoever was at the time. Shares are of those measured "
    "again, from 20 cases on: of fewer they say little of anybody's work, and patients differ. In alphabetical order."
)
EQUITY = (
    "Age and language are those of the first questionnaire. Groups of fewer than 5 are hidden, and so is the next "
    "smallest where the others and the whole would tell how small a hidden one is. Shares are of those measured again."
)


def caseload(asked: Asked, change: Change, query: QueryDict) -> list[Sheet]:
    names = practitioner_names()
    found = counts_by("practitioner", asked, change)
    told = [name for name in TOLD if is_published(name, change)]
    rows = [
        [Cell(name), *(_linked(found[key], figure, query, practitioner=str(key or NOBODY)) for figure in MEASURED),
         *(_share_of_many(found[key], figure, query, str(key or NOBODY)) for figure in told)]
        for key, name in names.items() if key in found and found[key]["cases"]
    ]  # fmt: skip
    headings = ("Practitioner", "Cases", "Measured again", *(LABELS[name] for name in told))
    return [Sheet("Caseload by practitioner", headings, rows, CASELOAD, words=frozenset({0}))]


def _linked(found: Mapping[str, int], name: str, query: QueryDict, **more: str) -> Cell:
    return Cell(str(found[name]), address(query, show=name, **more), LABELS[name])


def _share_of_many(found: Mapping[str, int], name: str, query: QueryDict, practitioner: str) -> Cell:
    if found["cases"] < FEWEST_CASES:
        return Cell("Fewer than 20 cases")
    url = address(query, show=name, practitioner=practitioner)
    return share_cell(found[name], found["followed_up"], url, LABELS[name])


def equity(asked: Asked, change: Change, query: QueryDict) -> list[Sheet]:
    """Each figure by each of three ways to tell people apart."""
    genders: Mapping[Any, str] = dict(Gender.choices)
    words: dict[str, Callable[[Any], str]] = {
        "age": AGES.__getitem__, "gender": genders.__getitem__, "language": language_name,
    }  # fmt: skip
    told = [name for name in TOLD if is_published(name, change)]
    found = counts_by_each(tuple(words), asked, change)
    return [_by(kind, word, found[kind], told, query) for kind, word in words.items()]


def _by(
    kind: str, word: Callable[[Any], str], groups: Mapping[Any, Mapping[str, int]], told: list[str], query: QueryDict
) -> Sheet:
    found = {key: each for key, each in groups.items() if each["cases"]}
    hidden = {name: hidden_groups({key: each[name] for key, each in found.items()}) for name in MEASURED}
    rows = [
        [Cell(word(key)), *(
            Cell("Hidden") if key in hidden[name if name in MEASURED else "followed_up"]
            else _of_group(each, name, rows_url(query, name, kind, key)) for name in (*MEASURED, *told)
        )]
        for key, each in found.items()
    ]  # fmt: skip
    headings = ("Group", "Cases", "Measured again", *(LABELS[name] for name in told))
    return Sheet(f"By {kind}", headings, rows, EQUITY, words=frozenset({0}))


def _of_group(found: Mapping[str, int], name: str, url: str) -> Cell:
    if name in MEASURED:
        return Cell(str(found[name]), url, LABELS[name])
    return share_cell(found[name], found["followed_up"], url, LABELS[name])
