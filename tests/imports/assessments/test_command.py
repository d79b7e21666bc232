"""Files of assessments at the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from clinic.assessments.models import Assessment
from clinic.tenancy.scope import clinic_scope
from tests.imports.assessments.sending import ANSWERS, HEAD, ONES

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.fixture
def run(riverside, people, tmp_path):
    """A function that brings in a text by the command: what it said, and how many assessments there are then."""

    def bring(text: str, *options: str) -> tuple[str, int]:
        file, out = tmp_path / "answers.csv", StringIO()
        file.write_text(text)
        try:
            call_command("import_assessments", riverside.clinic.name, str(file), *options, stdout=out, stderr=out)
        except CommandError as error:
            out.write(str(error))
        with clinic_scope(riverside.clinic):
            return out.getvalue(), Assessment.objects.count()

    return bring


def test_dry_run_writes_nothing_and_the_run_does(run):
    assert run(ANSWERS, "--dry-run") == ("3 rows: 3 good, 0 here already, 0 at fault.\n", 0)
    assert run(ANSWERS) == ("3 rows: 3 good, 0 here already, 0 at fault.\n3 assessments were brought in.\n", 3)
    assert run(ANSWERS) == ("3 rows: 0 good, 3 here already, 0 at fault.\n", 3)


def test_file_with_faults_goes_in_by_its_good_rows_alone(run, tmp_path):
    text = ANSWERS.replace("AB-1,2026-03-15", "ZZ-1,2026-03-15")
    said, count = run(text, "--errors", str(tmp_path / "wrong.csv"))
    assert ("Something is wrong with rows 4." in said, count) == (True, 0)
    assert "No patient here has this record number." in (tmp_path / "wrong.csv").read_text("utf-8-sig")
    assert run(text, "--good")[1] == 2


def test_what_is_not_certain_is_to_be_said(run):
    text = "MRN,Date,D1,D2\nAB-1,03/04/2026,1,1\n"
    assert "Say how the file is read: --instrument …, one of 'audit-c', 'apgar'" in run(text)[0]
    assert "without them nothing can be scored" in run(text, "--instrument", "phq-2")[0]
    items = ("--instrument", "phq-2", "--column", "D1=item-1", "--column", "D2=item-2")
    assert "say how they are written with --order" in run(text, *items)[0]
    assert run(text, *items, "--order", "Date=day")[1] == 1


def test_practitioner_is_somebody_who_works_here(run, riverside):
    assert run(HEAD + ONES, "--practitioner", "Nobody Known") == ("Nobody here is called Nobody Known.", 0)
    assert run(HEAD + ONES, "--practitioner", riverside.clinician.name)[1] == 1
