"""What came in without a clinician: the list, and marking a line of it in place."""

import uuid
from collections.abc import Sequence

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from clinic.access import Permission, Request, requires
from clinic.assessments.bulk import REVIEWS
from clinic.assessments.models import Review
from clinic.assessments.models.reviews import LONGEST_NOTE
from clinic.assessments.reviews.actions import (
    AnsweredSince,
    ReviewedBySomebodyElse,
    mark_reviewed,
    take_back_review,
)
from clinic.audit.reading import note_record
from clinic.lists.page.addresses import mine_of
from clinic.lists.page.list_page import ListPage
from clinic.lists.pages import list_page
from clinic.ui.pages import own_path, posted_version, saved


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def review_list(request: Request) -> HttpResponseBase:
    page = ListPage(
        heading="Results to review",
        noun=REVIEWS.noun,
        noun_plural=REVIEWS.noun_plural,
        search_hint="Patient or record number",
        empty_title="Nothing waits for a review",
        empty_text="Everything that patients answered by themselves, and that programs sent, has been looked at.",
        card_template="reviews/_lines.html",
        make_cards=_lines,
    )
    return list_page(
        request,
        REVIEWS,
        page,
        template="reviews/review_list.html",
        context={"mine_url": mine_of(request, "reviews:list")},
    )


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def review_mark(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Mark one as reviewed. What was answered meanwhile, and a word that is too long, are shown again with the word."""
    review, note = _review(pk), request.POST.get("note", "")
    if len(note) > LONGEST_NOTE or "\x00" in note:
        return _line(request, review, f"Write at most {LONGEST_NOTE} characters.", status=422)
    try:
        review = mark_reviewed(by=request.actor, id=pk, version=posted_version(request), note=note)
    except AnsweredSince:
        return _line(request, _review(pk), "More was answered meanwhile. Look at it again, then mark it.", status=409)
    return _after(request, review, "Reviewed. It is under “Reviewed ones”.")


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def review_undo(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Have one wait again that the same person has marked."""
    review = _review(pk)
    try:
        review = take_back_review(by=request.actor, id=pk)
    except ReviewedBySomebodyElse:
        return _line(request, review, f"{review.reviewed_by_name} reviewed this and can take it back.", status=409)
    return _after(request, review, "The review was taken back.")


def _review(pk: uuid.UUID) -> Review:
    review: Review | None = Review.objects.select_related("assessment__patient__user").filter(pk=pk).first()
    if review is None:
        raise Http404
    return review


def _after(request: Request, review: Review, text: str) -> HttpResponse:
    if request.htmx:
        return _line(request, review)
    saved(request, text)
    return redirect(own_path(request.POST.get("next", ""), reverse("reviews:list")))


def _line(request: Request, review: Review, problem: str = "", *, status: int = 200) -> HttpResponse:
    """The line by itself, in a page where nobody asked for a part of one."""
    note_record(request, review.assessment)
    context = {"review": review, "problem": problem, "note": request.POST.get("note", "")}
    template = "reviews/_line.html" if request.htmx else "reviews/review_again.html"
    return render(request, template, {**context, "patient": review.assessment.patient}, status=status)


def _lines(reviews: Sequence[Review]) -> Sequence[Review]:
    """The records of a page are its lines as they are."""
    return reviews
