"""Starting, ending and correcting an episode of treatment, from the page of the trend."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Permission, Request, requires
from clinic.assessments.episodes.actions import (
    EpisodeChanged,
    EpisodeRefused,
    correct_episode,
    end_episode,
    start_episode,
)
from clinic.assessments.episodes.forms import EpisodeCorrectForm, EpisodeEndForm, EpisodeStartForm, initial_of
from clinic.assessments.models import Episode
from clinic.assessments.of_patients import patient_or_404
from clinic.assessments.trend.page import trend_page
from clinic.audit.reading import note_record
from clinic.ui.pages import saved


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def episode_start(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Start an episode. A refused form is shown again with the reason."""
    patient = patient_or_404(pk)
    form, status = _tried(EpisodeStartForm(request.POST), partial(start_episode, by=request.actor, patient=patient))
    if not form.is_valid():
        return trend_page(request, patient, status=status, start_form=form)
    saved(request, "Episode of treatment started.")
    return redirect("assessments:trend", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT)
def episode_end(request: Request, pk: uuid.UUID) -> HttpResponse:
    """End an episode. A refused form is shown again, and so is one whose episode was changed meanwhile."""
    episode = get_object_or_404(Episode.objects.select_related("patient__user"), pk=pk)
    if request.method != "POST":
        return redirect("assessments:trend", episode.patient_id)
    form, status = _tried(EpisodeEndForm(request.POST), partial(end_episode, by=request.actor, id=pk))
    if not form.is_valid():
        return trend_page(request, episode.patient, status=status, end_form=form, ending=episode)
    saved(request, "Episode of treatment ended.")
    return redirect("assessments:trend", episode.patient_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT)
def episode_correct(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Correct the days of an episode or why it ended, or open it again."""
    episode = get_object_or_404(Episode.objects.select_related("patient__user"), pk=pk)
    if request.method != "POST":
        return _correct_page(request, episode, EpisodeCorrectForm(initial=initial_of(episode)))
    form, status = _tried(EpisodeCorrectForm(request.POST), partial(correct_episode, by=request.actor, id=pk))
    if not form.is_valid():
        return _correct_page(request, episode, form, status=status)
    saved(request, "Episode corrected.")
    return redirect("assessments:trend", episode.patient_id)


def _tried[F: forms.Form](form: F, act: Callable[..., Any]) -> tuple[F, int]:
    """Do what a valid form says. The form has why it was refused, if it was, and the status says how."""
    if form.is_valid():
        try:
            act(**form.cleaned_data)
        except EpisodeRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        except EpisodeChanged as changed:
            return _after_change(form, changed), 409
    return form, 422


def _after_change[F: forms.Form](form: F, changed: EpisodeChanged) -> F:
    """The form with what was typed. Saving it replaces the version that its message tells of, and no later one."""
    again = type(form)({**form.data.dict(), "version": changed.current.version})  # type: ignore[attr-defined]
    again.add_error(None, f"{changed} Save again to replace that, or leave it.")
    return again


def _correct_page(request: Request, episode: Episode, form: forms.Form, *, status: int = 200) -> HttpResponse:
    note_record(request, episode)
    context: dict[str, Any] = {"episode": episode, "patient": episode.patient, "form": form}
    return render(request, "assessments/episode_form.html", context, status=status)
