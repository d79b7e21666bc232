"""The page of a patient's trend, schedules and episodes of treatment. Several views return it."""

from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render

from clinic.access import Request
from clinic.assessments.alerts.cards import cards_of
from clinic.assessments.episodes.forms import EpisodeEndForm, EpisodeStartForm
from clinic.assessments.models import Assessment, Episode, Schedule
from clinic.assessments.record.periods import Period, periods_of, scored_in
from clinic.assessments.schedules.forms import ScheduleForm
from clinic.assessments.trend.charts import Chart, Point, chart_of
from clinic.assessments.trend.days import Days
from clinic.assessments.trend.marks import EpisodeMark, episode_marks, newest_first
from clinic.assessments.trend.readings import reading_of
from clinic.assessments.trend.steps import Baseline, Step, explained, measured_from, trend_steps
from clinic.audit.reading import note_record
from clinic.instruments.catalogue import find_version, offered_to
from clinic.instruments.definitions import Definition
from clinic.patients.models import Patient

MOST_READINGS = 200
HEIGHT = 220  # pixels of a chart


class Trend(NamedTuple):
    """One instrument of a patient: its chart, and the same as a table (newest first).

    `said` is what the last total means beside its baseline, in sentences.
    """

    definition: Definition
    chart: Chart | None
    rows: list[Step | EpisodeMark]
    said: list[str]


def trend_page(request: Request, patient: Patient, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Render the page. `forms` are those that were refused: `form` for a schedule, `start_form`, `end_form`
    with its episode as `ending`."""
    note_record(request, patient)
    episodes = list(Episode.objects.filter(patient=patient).order_by("-started_on"))
    current = next((episode for episode in episodes if episode.ended_on is None), None)
    context = {
        "patient": patient,
        "trends": trends_of(patient),
        "card": cards_of([patient])[0],
        "schedules": Schedule.objects.active().titled().filter(patient=patient).order_by("next_due_on", "id"),
        "form": ScheduleForm(
            instruments=choices(request, patient), initial={"every_unit": "weeks", "then_unit": "months"}
        ),
        "episodes": episodes,
        "episode": current,
        "start_form": EpisodeStartForm(),
        "end_form": EpisodeEndForm(version=current.version, patient=patient) if current is not None else None,
        "ending": current,
        **forms,
    }
    return render(request, "assessments/patient_trend.html", context, status=status)


def choices(request: Request, patient: Patient) -> list[tuple[str, str]]:
    """The instruments that the patient can be asked, as id and label."""
    offered = offered_to(sex=patient.clinical_sex, age=patient.age, country=request.clinic.country)
    return [(offer.definition.id, offer.label) for offer in offered]


def trends_of(patient: Patient) -> list[Trend]:
    """The patient's newest scored assessments by instrument, the one with the newest assessment first.

    A baseline is read by itself, since it may be older than those.
    """
    periods = periods_of(patient.pk)
    groups: dict[str, list[Assessment]] = {}
    for row in scored_in(patient.pk, Period()).reverse()[:MOST_READINGS]:
        groups.setdefault(row.instrument, []).append(row)
    firsts: dict[str, list[Baseline]] = {}
    for period in periods:
        oldest = scored_in(patient.pk, period).order_by("instrument", "date", "completed_at", "id")
        for row in oldest.distinct("instrument"):
            firsts.setdefault(row.instrument, []).append(Baseline(period, reading_of(row)))
    return [_trend(rows[::-1], periods, firsts.get(instrument, [])) for instrument, rows in groups.items()]


def _trend(rows: list[Assessment], periods: list[Period], baselines: list[Baseline]) -> Trend:
    """The trend of one instrument's assessments, oldest first."""
    definition = find_version(rows[-1].instrument, rows[-1].instrument_version)
    steps = trend_steps([reading_of(row) for row in rows], definition.change, baselines)
    marks = episode_marks(periods, steps)
    return Trend(
        definition,
        _chart(definition, steps, marks, {row.sex for row in rows}),
        newest_first(steps, marks),
        [*filter(None, [measured_from(steps)]), *explained(steps, definition.change)],
    )


def _chart(definition: Definition, steps: list[Step], marks: list[EpisodeMark], sexes: set[str]) -> Chart | None:
    """The totals, each as what it means, from the first mark or total to the last."""
    days = [*(step.reading.day for step in steps), *(mark.day for mark in marks)]
    points = [Point(step.reading, step.means, step.marks) for step in steps]
    return chart_of(definition, points, sexes, days=Days(min(days), max(days)), height=HEIGHT, marks=marks)
