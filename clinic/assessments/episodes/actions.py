"""Start, end and correct episodes of treatment. Schedules are worked out again, since a baseline may be another."""

from datetime import date
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format

from clinic.assessments.models import Episode, EpisodeEnd
from clinic.assessments.of_patients import lock_for_latest_results
from clinic.assessments.record.dates import check_assessment_date
from clinic.assessments.record.latest_results import keep_latest_results
from clinic.assessments.record.refusals import checked_reason
from clinic.audit.actions import By, difference, record, snapshot
from clinic.patients.models import Patient

FIELDS = ("patient", "started_on", "ended_on", "end_reason", "end_words")


class EpisodeRefused(ValueError):
    """The episode cannot be so. `field` is the one at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class EpisodeChanged(Exception):
    """Somebody else changed the episode after it was read. `current` is the episode now."""

    def __init__(self, current: Episode) -> None:
        super().__init__(f"Somebody changed this episode meanwhile: it is {_days(current)} now.")
        self.current = current


@transaction.atomic
def start_episode(*, by: By, patient: Patient, started_on: date, id: UUID | None = None) -> Episode:
    """Start an episode. Two calls with one `id` start one. Raises EpisodeRefused, also while another is open."""
    lock_for_latest_results(patient_id=patient.pk)
    id = id or uuid4()
    if (existing := Episode.objects.filter(pk=id, patient=patient).first()) is not None:
        return existing
    episode = Episode(pk=id, patient=patient, started_on=started_on, created_by_id=by.id, created_by_name=by.name)
    _check(episode)
    episode.save(force_insert=True)
    record("episode.started", episode, by=by, changes=difference({}, snapshot(episode, FIELDS)))
    keep_latest_results(patient.pk, by=by)
    return episode


@transaction.atomic
def end_episode(*, by: By, id: UUID, version: int, ended_on: date, end_reason: str, end_words: str = "") -> Episode:
    """End an episode that still has this version; the same end again writes nothing.

    Raises Episode.DoesNotExist, EpisodeRefused and EpisodeChanged.
    """
    episode = _locked(id)
    end = (ended_on, end_reason, end_words)
    if (episode.ended_on, episode.end_reason, episode.end_words) == end:
        return episode
    if episode.version != version or episode.ended_on is not None:
        raise EpisodeChanged(episode)
    before = snapshot(episode, FIELDS)
    episode.ended_on, episode.end_reason, episode.end_words = end
    return _save(episode, before, "episode.ended", by=by)


@transaction.atomic
def correct_episode(
    *,
    by: By,
    id: UUID,
    version: int,
    reason: str,
    started_on: date,
    ended_on: date | None,
    end_reason: str = "",
    end_words: str = "",
) -> Episode:
    """Correct the days or the end of an episode that still has this version; without `ended_on` it is open again.

    The trail keeps `reason`. Without a difference nothing is written. Raises Episode.DoesNotExist, EpisodeRefused,
    EpisodeChanged and ReasonMissing.
    """
    episode, reason = _locked(id), checked_reason(reason)
    if episode.version != version:
        raise EpisodeChanged(episode)
    before = snapshot(episode, FIELDS)
    episode.started_on, episode.ended_on = started_on, ended_on
    episode.end_reason, episode.end_words = end_reason, end_words
    return _save(episode, before, "episode.corrected", by=by, reason=reason)


def _locked(id: UUID) -> Episode:
    """The episode, once no other action on this patient's episodes is under way."""
    lock_for_latest_results(patient_id=Episode.objects.get(pk=id).patient_id)
    return Episode.objects.select_related("patient").get(pk=id)


def _save(episode: Episode, before: dict[str, object], event: str, *, by: By, reason: str = "") -> Episode:
    """Save the differences as the next version, with an event in the trail."""
    _check(episode)
    if not (changes := difference(before, snapshot(episode, FIELDS))):
        return episode
    if episode.ended_on is None:
        episode.ended_by_id = episode.ended_by_name = ""
    elif not episode.ended_by_id:
        episode.ended_by_id, episode.ended_by_name = by.id, by.name
    episode.version += 1
    episode.save()
    record(event, episode, by=by, changes={**changes, **({"reason": [None, reason]} if reason else {})})
    keep_latest_results(episode.patient_id, by=by)
    return episode


def _check(episode: Episode) -> None:
    """Raises EpisodeRefused if the days or the reason are not those of an episode, or a day is in another one."""
    _check_day("started_on", episode.started_on, episode.patient)
    if episode.ended_on is None:
        if episode.end_reason or episode.end_words:
            raise EpisodeRefused("ended_on", "Write the day on which it ended, or leave out why it ended.")
    else:
        _check_day("ended_on", episode.ended_on, episode.patient)
        if episode.ended_on < episode.started_on:
            raise EpisodeRefused("ended_on", "It cannot end before it started.")
        if episode.end_reason not in EpisodeEnd.values:
            raise EpisodeRefused("end_reason", "Choose why it ended.")
        if episode.end_reason == EpisodeEnd.OTHER and not episode.end_words:
            raise EpisodeRefused("end_words", "Say in words why it ended.")
    others = Episode.objects.filter(patient=episode.patient_id).exclude(pk=episode.pk)
    if (other := others.overlapping(episode.started_on, episode.ended_on).first()) is not None:
        raise EpisodeRefused("started_on", f"There is an episode on some of these days already: {_days(other)}.")


def _check_day(field: str, day: date, patient: Patient) -> None:
    try:
        check_assessment_date(day)
    except ValidationError as error:
        raise EpisodeRefused(field, "An episode lies between 1900 and today.") from error
    if patient.date_of_birth is not None and day < patient.date_of_birth:
        raise EpisodeRefused(field, "The patient was not born yet on that day.")


def _days(episode: Episode) -> str:
    start = date_format(episode.started_on, "j M Y")
    return f"since {start}" if episode.ended_on is None else f"{start} to {date_format(episode.ended_on, 'j M Y')}"
