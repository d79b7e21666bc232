"""Files as somebody sends them, and the worker that does what the pages begin."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clinic.imports.models import ImportBatch, ImportFault
from clinic.lists.tasks import run_job
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.world import World

PEOPLE = (
    "Given name,Family name,Sex,Date of birth,Mobile,Address,Record number\r\n"
    "Adaeze,Okonkwo,F,12 March 1961,07700 900123,1 Mill Lane,\r\n"
    "Kofi,Adeyemi,M,27/5/1960,020 7946 0463,,KA-7\r\n"
)


def batch_of(world: World, key: UUID | str) -> ImportBatch:
    with clinic_scope(world.clinic):
        return ImportBatch.objects.select_related("job").get(pk=key)


def sent(client: Client, content: str | bytes, name: str = "people.csv") -> Any:
    """The answer to a file that is sent."""
    data = content.encode() if isinstance(content, str) else content
    return client.post("/patients/import/", {"file": SimpleUploadedFile(name, data)})


def key_of(response: Any) -> str:
    """The id in the address that an answer leads to."""
    assert response.status_code == 302, response.content.decode()
    return response["Location"].split("/")[3]


def practitioner(world: World) -> str:
    with clinic_scope(world.clinic):
        return str(Practitioner.objects.active().order_by("display_name")[0].pk)


def columns(world: World, key: str, **said: str) -> dict[str, str]:
    """The form of columns as it comes, filled in with who is responsible and what is said besides."""
    batch = batch_of(world, key)
    proposed = batch.answers.get("columns", batch.facts["proposed"])
    form = {f"column-{n}": proposed.get(heading, "") for n, heading in enumerate(batch.facts["headings"])}
    return {**form, "user": practitioner(world), "version": str(batch.version), **said}


def work(world: World, key: str) -> ImportBatch:
    """Do what was begun, as the worker does; the import after it."""
    job = batch_of(world, key).job
    assert job is not None
    run_job.func(clinic_id=str(world.clinic.pk), job_id=str(job.pk))
    return batch_of(world, key)


def checked(client: Client, world: World, content: str | bytes, name: str = "people.csv", **said: str) -> ImportBatch:
    """A file that was sent and checked."""
    key = key_of(sent(client, content, name))
    response = client.post(f"/patients/import/{key}/columns/", columns(world, key, **said))
    assert response.status_code == 302, response.content.decode()
    return work(world, key)


def written(client: Client, world: World, batch: ImportBatch, do: str = "all") -> ImportBatch:
    """A checked file after it was brought in."""
    response = client.post(f"/patients/import/{batch.pk}/write/", {"do": do, "version": str(batch.version)})
    assert response.status_code == 302, response.content.decode()
    return work(world, str(batch.pk))


def faults(world: World, batch: ImportBatch, *, is_here: bool = False) -> list[tuple[int, str, str]]:
    """What is wrong with which row."""
    with clinic_scope(world.clinic):
        rows = ImportFault.objects.filter(batch=batch.pk, is_here=is_here).order_by("row", "id")
        return list(rows.values_list("row", "column", "message"))
