"""Assessments reach patients through one module of functions; what else knows of them is listed, and why."""

import ast
import re
from uuid import uuid4

import pytest
from django.http import Http404

from clinic.assessments import of_patients
from clinic.tenancy.scope import clinic_scope
from tests.postgres import ROOT
from tests.world import make_patient

FOLDER = ROOT / "clinic/assessments"
MODULES = {
    str(path.relative_to(FOLDER)): path.read_text()
    for path in sorted(FOLDER.rglob("*.py"))
    if "migrations" not in path.parts and path.name != "of_patients.py"
}
# What names of patients are read elsewhere, with the reason; decision 0119 says what becomes of them.
KNOWN = {
    # Types, rules without rows, and whose rows somebody sees.
    "clinic.patients.models": {
        "Patient",
        "DISPLAYED",
        "BirthPrecision",
        "Gender",
        "Severity",
        "Status",
        "age_on",
        "SeenManager",
    },
    "clinic.patients.latest_results": {"InstrumentResult", "LatestResults", "MOST_SCORES"},  # what is handed over
    "clinic.patients.filters": {"Archived", "SCALE_WORDS", "SEVERITIES", "ScoreForm", "WHOSE_SCORE"},  # words of a form
    "clinic.patients.tables": {"band_html"},  # how a band looks
}
# One search joins assessments to patients by SQL.
JOINS = {"search.py": {"KEY", "T", "RunMaker", "begins", "key_of", "words_of"}}


def names_of_patients(text: str) -> set[tuple[str, str]]:
    """Each module of patients that is imported from, with the name."""
    return {
        (node.module, each.name)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("clinic.patients")
        for each in node.names
    }


def test_assessments_import_of_patients_what_is_listed():
    found = {name: names_of_patients(text) for name, text in MODULES.items()}
    listed = {(module, each) for module, names in KNOWN.items() for each in names}
    others = {name: {each for _, each in names - listed} for name, names in found.items() if names - listed}
    assert others == JOINS
    assert {each for name in MODULES for each in found[name] if name not in JOINS} == listed


def test_assessments_ask_for_rows_of_patients_in_one_module():
    assert len(MODULES) > 60
    asks = re.compile(r"Patient\.(?:objects|_default_manager)|get_object_or_404\(Patient|LatestResult\b")
    assert [name for name, text in MODULES.items() if asks.search(text)] == []


def test_kept_results_of_patients_are_written_through_one_module():
    assert [name for name, text in MODULES.items() if "note_latest_results" in text] == ["record/latest_results.py"]


def test_patients_are_found_asked_and_counted(riverside):
    with clinic_scope(riverside.clinic):
        before = of_patients.is_any_patient()
        one = make_patient()
        assert (before, of_patients.is_any_patient()) == (False, True)
        assert [of_patients.find_patient(key) for key in (one.pk, uuid4())] == [one, None]
        assert of_patients.patient_or_404(one.pk) == one
        assert [of_patients.patient_count(key) for key in (one.user_id, uuid4())] == [1, 0]
        with pytest.raises(Http404):
            of_patients.patient_or_404(uuid4())
