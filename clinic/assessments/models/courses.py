"""Courses: what outcomes are counted from, a row for each patient, instrument and episode of treatment."""

from datetime import date
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models

from clinic.assessments.models.episodes import Episode
from clinic.patients.models import Patient, SeenManager
from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class CourseQuerySet(ClinicQuerySet["Course"]):
    def placed(self) -> "CourseQuerySet":
        """Courses proper: without the totals that lie in none of a patient's episodes."""
        return self.filter(is_outside=False)

    def begun(self, since: date, upto: date) -> "CourseQuerySet":
        """Whose first total lies between two days, both included."""
        return self.filter(begun_on__range=(since, upto))


class Course(ClinicModel):
    """The totals of an instrument in one episode, or all of them of somebody who never had an episode.

    `days` and `totals` are in order, the baseline first, so that the last total before any day is found by its place.
    Those of a patient with episodes that lie in none of them are one row that `is_outside`: no course, but counted as
    left out. `age` and `language` are those of the baseline. `record/courses.py` alone writes the rows, and can work
    them out again from the assessments at any time.
    """

    web_may = "SELECT, INSERT, DELETE"
    whose = "patient"
    index_for = {"course_by_baseline": "outcomes of an instrument in a period"}

    id = models.BigAutoField(primary_key=True)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+", db_index=False)
    instrument = models.CharField(max_length=60, db_collation="C")
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="+", null=True)
    is_outside = models.BooleanField()
    begun_on = models.DateField()
    baseline = models.DecimalField(max_digits=8, decimal_places=2)
    days: "ArrayField[list[date], list[date]]" = ArrayField(models.DateField())
    totals: "ArrayField[list[Decimal], list[Decimal]]" = ArrayField(models.DecimalField(max_digits=8, decimal_places=2))
    age = models.PositiveSmallIntegerField(null=True)
    language = models.CharField(max_length=10)

    objects = SeenManager.from_queryset(CourseQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("patient", "instrument", "episode"), nulls_distinct=False, name="course_once_per_episode"
            ),
        )
        indexes = (models.Index(fields=["instrument", "begun_on"], name="course_by_baseline"),)

    def __str__(self) -> str:
        return f"{self.instrument} of {self.patient_id}"
