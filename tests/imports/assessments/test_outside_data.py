"""Answers that nobody of this project made, as their authors' columns call them, with numbers and days put beside."""

import csv
import io
from datetime import date

from clinic.assessments.models import Assessment
from clinic.tenancy.scope import clinic_scope
from tests.browser.outside import rows as rows_of
from tests.imports.assessments.sending import PATH, columns, recorded, sent, written
from tests.imports.sending import faults, key_of, work
from tests.world import make_patient

ITEMS = [f"D{item}" for item in range(1, 10)]


def test_answers_of_students_go_in_as_they_are(riverside, owner):
    rows = list(rows_of("screening-answers.csv"))
    with clinic_scope(riverside.clinic):
        for number in range(len(rows)):
            make_patient(record_number=f"ST-{number}", date_of_birth=date(2000, 1, 2))
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["MRN", "Date", "Questionnaire", *ITEMS, "Gender"])
    table.writerows(
        [f"ST-{number}", "2025-11-03", "PHQ-9", *(row[item] for item in ITEMS), row["Gender"]]
        for number, row in enumerate(rows)
    )
    key = key_of(sent(owner, text.getvalue()))
    said = {f"column-{place + 3}": f"item-{place + 1}" for place in range(9)}
    owner.post(f"{PATH}{key}/columns/", {**columns(riverside, key), **said})
    batch = work(riverside, key)
    assert (faults(riverside, batch), batch.good) == ([], len(rows))
    assert written(owner, riverside, batch).created == len(rows) == 149
    totals = {f"ST-{number}": str(sum(int(row[item]) for item in ITEMS)) for number, row in enumerate(rows)}
    assert {row[0]: row[2] for row in recorded(riverside)} == totals
    with clinic_scope(riverside.clinic):
        assert Assessment.objects.filter(alerts__isnull=False).count() == 0
