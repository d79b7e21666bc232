"""Files of assessments as somebody sends them."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clinic.assessments.models import Assessment
from clinic.imports.models import ImportBatch
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.imports.sending import batch_of, key_of, work
from tests.world import World, make_patient

PATH = "/assessments/import/"
HEAD = "Record number,Date given," + ",".join(f"phq9_{code}" for code in range(1, 10)) + ",Total\n"
# Nine answers of each: 9 points as points, 3 as words and as codes of LOINC, 27.
ONES = f"AB-1,2026-03-01,{','.join('1' * 9)},9\n"
WORDS = "ab 2,2026-03-02,Several days,not at all,LA6570-1,0,0,0,0,0,0,3\n"
THREES = f"AB-1,2026-03-15,{','.join('3' * 9)},27\n"
ANSWERS = HEAD + ONES + WORDS + THREES


def make_people(world: World, **fields: Any) -> list[Patient]:
    """Three patients, AB-1, AB-2 and AB-3, of whom the last has an identifier."""
    with clinic_scope(world.clinic):
        born = {"date_of_birth": date(1970, 1, 2), **fields}
        return [
            make_patient(record_number="AB-1", **born),
            make_patient(record_number="AB-2", **born),
            make_patient(record_number="AB-3", identifiers="NHS number: 9434765919", **born),
        ]


def sent(client: Client, content: str | bytes, name: str = "answers.csv") -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(PATH, {"file": SimpleUploadedFile(name, data)})


def columns(world: World, key: str, **said: str) -> dict[str, str]:
    """The form of columns as it comes, filled in with what is said besides: by the heading, or by the field."""
    batch = batch_of(world, key)
    proposed = batch.answers.get("columns", batch.facts["proposed"])
    form = {
        f"column-{n}": said.pop(heading, proposed.get(heading, "")) for n, heading in enumerate(batch.facts["headings"])
    }
    return {**form, "version": str(batch.version), **said}


def checked(client: Client, world: World, content: str | bytes, name: str = "answers.csv", **said: str) -> ImportBatch:
    """A file that was sent and checked."""
    key = key_of(sent(client, content, name))
    response = client.post(f"{PATH}{key}/columns/", columns(world, key, **said))
    assert response.status_code == 302, response.content.decode()
    return work(world, key)


def written(client: Client, world: World, batch: ImportBatch, do: str = "all") -> ImportBatch:
    """A checked file after it was brought in."""
    response = client.post(f"{PATH}{batch.pk}/write/", {"do": do, "version": str(batch.version)})
    assert response.status_code == 302, response.content.decode()
    return work(world, str(batch.pk))


def taken_back(client: Client, world: World, batch: ImportBatch) -> ImportBatch:
    response = client.post(f"{PATH}{batch.pk}/undo/", {"version": str(batch.version)})
    assert response.status_code == 302, response.content.decode()
    return work(world, str(batch.pk))


def recorded(world: World) -> list[tuple[str, str, str, str]]:
    """Whose assessments are there, of which day, with which score and band."""
    with clinic_scope(world.clinic):
        rows = Assessment.objects.select_related("patient").order_by("date", "listed_at")
        return [(row.patient.record_number, row.date.isoformat(), row.score_text, row.band) for row in rows]
