"""Narrowing and ordering patients by the latest results of a chosen instrument, or by the worst of all.

The patients by their scores on the PHQ-9, the highest first, are read by an index of the results. Where a search or a
filter leaves few, PostgreSQL looks these up and sorts them instead:

    SELECT "patients_patient"."id" AS id, '' AS reason FROM "patients_patient"
      INNER JOIN "patients_latestresult" ON ("patients_patient"."id" = "patients_latestresult"."patient_id")
     WHERE archived_at IS NULL AND "patients_latestresult"."instrument_id" = 'phq-9'
     ORDER BY "patients_latestresult"."score" DESC, "patients_latestresult"."patient_id" DESC LIMIT 26
"""

from typing import Any

from django.db.models import QuerySet

from clinic.lists.reading.index_runs import IndexRun, Sql
from clinic.lists.reading.ordering import column, runs_by
from clinic.patients.models import LatestResult, Patient, ScoredInstrument, with_latest_results

# What an order of the list is by, where an instrument is chosen: the field of its result.
OF_RESULT = {"worst_severity": "score", "last_assessed_on": "assessed_on"}


def narrowed_by_result(patients: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
    """The patients whose result is as the filters' `values` say; with an instrument only those who have one of it."""
    chosen, severity = values.get("instrument"), values.get("severity")
    if chosen is None:
        return patients.filter(worst_severity__gte=severity) if severity else patients
    conditions = {f"latest_results__{name}": value for name, value in _conditions(values).items()}
    return with_latest_results(patients.filter(**conditions), chosen.pk)


def runs_by_result(
    patients: QuerySet[Any], terms: list[str], where: Sql, values: dict[str, Any]
) -> tuple[IndexRun, ...]:
    """The index runs in the order of `terms`, of which those by result are by that of the chosen instrument."""
    names = [term.removeprefix("-") for term in terms]
    if values.get("instrument") is None or not set(names) & set(OF_RESULT):
        return runs_by(patients, terms, where)
    if len(terms) == 2:  # the order and the key
        return (_run(OF_RESULT[names[0]], where, values["instrument"], descending=terms[0].startswith("-")),)
    signs = ["-" if term.startswith("-") else "" for term in terms]
    meant = [f"latest_results__{OF_RESULT[name]}" if name in OF_RESULT else name for name in names]
    return runs_by(patients, [sign + name for sign, name in zip(signs, meant, strict=True)], where)


def _conditions(values: dict[str, Any]) -> dict[str, Any]:
    """What the filters say of one result."""
    asked = {
        "instrument": values["instrument"].pk,
        "severity__gte": values.get("severity") or None,
        "score__gte": values.get("score_min"),
        "score__lte": values.get("score_max"),
    }
    return {name: value for name, value in asked.items() if value is not None}


def _run(field: str, where: Sql, chosen: ScoredInstrument, *, descending: bool) -> IndexRun:
    """The patients in the order of their results of one instrument, which the list's filters join."""
    table, key = f'"{LatestResult._meta.db_table}"', column(Patient, "pk")
    own = f'(SELECT s."{field}" FROM {table} s WHERE s."patient_id" = {key} AND s."instrument_id" = %s)'  # noqa: S608
    return IndexRun(
        order=(column(LatestResult, field), column(LatestResult, "patient")),
        where=where,
        descending=descending,
        by_column=True,
        own_order=(own, key),
        own_params=(chosen.pk,),
    )
