"""Files of patients at the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.imports.sending import PEOPLE

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.fixture
def run(riverside, tmp_path):
    """A function that brings in a text by the command: what it said, and how many patients there are then."""

    def bring(text: str, *options: str) -> tuple[str, int]:
        file, out = tmp_path / "people.csv", StringIO()
        file.write_text(text)
        who = ("--practitioner", riverside.clinician.name)
        try:
            call_command("import_patients", riverside.clinic.name, str(file), *who, *options, stdout=out, stderr=out)
        except CommandError as error:
            out.write(str(error))
        with clinic_scope(riverside.clinic):
            return out.getvalue(), Patient.objects.count()

    return bring


def test_dry_run_writes_nothing_and_the_run_does(run):
    assert run(PEOPLE, "--dry-run") == ("2 rows: 2 good, 0 here already, 0 at fault.\n", 0)
    assert run(PEOPLE) == ("2 rows: 2 good, 0 here already, 0 at fault.\n2 patients were brought in.\n", 2)
    assert run(PEOPLE) == ("2 rows: 0 good, 2 here already, 0 at fault.\n", 2)


def test_file_with_faults_goes_in_by_its_good_rows_alone(run, tmp_path):
    text = f"{PEOPLE}Bea,,F,31/2/1961,,,\n"
    said, count = run(text, "--errors", str(tmp_path / "wrong.csv"))
    assert ("Something is wrong with rows 4." in said, count) == (True, 0)
    assert "There is no such day in the calendar." in (tmp_path / "wrong.csv").read_text("utf-8-sig")
    assert run(text, "--good")[1] == 2


def test_what_is_not_certain_is_to_be_said(run):
    text = "Full name,Date of birth,Gender\nAna Bell,03/04/1980,1\n"
    said, _ = run(text)
    assert "say what they are with --order and --code" in said
    assert run(text, "--order", "Date of birth=day", "--code", "Gender:1=female")[1] == 1
