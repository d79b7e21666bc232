"""The clinic's records for programs: lists to their end, changes for good, and writing that does nothing twice."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from clinic_client import models
from clinic_client.transport import Answer, ClinicError, Transport

API = "/api/v1"
POLLED_EVERY = 2.0  # seconds between two looks at an export

__all__ = ["Clinic", "ClinicError"]


class Clinic:
    """One clinic, as one program sees it.

        clinic = Clinic("https://record.example.org", client_id, client_secret)
        for patient in clinic.patients(search="garcia"):
            print(patient["full_name"])

    Every method raises ClinicError for what is refused, and OSError where the server cannot be reached in the end.
    """

    def __init__(self, base_url: str, client_id: str, client_secret: str, **ways: Any) -> None:
        self.transport = Transport(base_url, client_id, client_secret, **ways)
        self.after: str | None = None  # where `changes` came to

    def me(self) -> models.Me:
        """Who this program is, and what it may."""
        return cast(models.Me, self.get(f"{API}/me/"))

    def patients(self, **query: str | int) -> Iterator[models.Patient]:
        """Every patient that the parameters select, page by page; nobody is lost or comes twice meanwhile."""
        return cast(Iterator[models.Patient], self.rows(f"{API}/patients/", **query))

    def assessments(self, **query: str | int) -> Iterator[models.Assessment]:
        return cast(Iterator[models.Assessment], self.rows(f"{API}/assessments/", **query))

    def patient(self, id: str) -> models.Patient:
        return cast(models.Patient, self.get(f"{API}/patients/{id}/"))

    def assessment(self, id: str) -> models.Assessment:
        return cast(models.Assessment, self.get(f"{API}/assessments/{id}/"))

    def create_patient(self, body: models.PatientRequest, *, key: str = "") -> models.Patient:
        """Register a patient. A `key` of your own lets you send the same again tomorrow."""
        return cast(models.Patient, self.create(f"{API}/patients/", dict(body), key=key))

    def create_assessment(self, body: models.AssessmentRequest, *, key: str = "") -> models.Assessment:
        return cast(models.Assessment, self.create(f"{API}/assessments/", dict(body), key=key))

    def changes(self, after: str | None = None) -> Iterator[models.Change]:
        """What happened since `after`, in its order, up to now. Keep `self.after` for the next time."""
        self.after = after
        following: str | None = f"{API}/changes/"
        query: dict[str, str | int] = {"page_size": 100} | ({"after": after} if after else {})
        while following:
            found = self.transport.send("GET", following, query=query).json()
            yield from found["results"]
            self.after = found["meta"]["pagination"]["after"]
            following, query = found["meta"]["pagination"]["next"], {}

    def export(self, path: Path, *, every: float = POLLED_EVERY, **body: Any) -> models.Export:
        """Have files for analysis made and write the archive to `path`; its `after` is where the next one goes on.

        Raises RuntimeError where it was stopped.
        """
        export = cast(models.Export, self.create(f"{API}/exports/", {"format": "ndjson", **body}))
        while export.get("state") in ("waiting", "running"):
            self.transport.sleep(every)
            export = cast(models.Export, self.get(f"{API}/exports/{export['id']}/"))
        if export.get("file") is None:
            raise RuntimeError(f"The export was stopped: {export.get('message')}")
        answer = self.transport.send("GET", str(export.get("file")))
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(answer.content)
        part.replace(path)
        return export

    def rows(self, path: str, **query: str | int) -> Iterator[dict[str, Any]]:
        """Every row of a list, by the `next` of each page."""
        following: str | None = path
        given: dict[str, str | int] = {"page_size": 100, **query}
        while following:
            found = self.transport.send("GET", following, query=given).json()
            yield from found["results"]
            following, given = found["meta"]["pagination"]["next"], {}

    def get(self, path: str, **query: str | int) -> dict[str, Any]:
        """One object."""
        return dict(self.transport.send("GET", path, query=query).json()["results"])

    def create(self, path: str, body: dict[str, Any], *, key: str = "") -> dict[str, Any]:
        """Post what makes something. It has a key, so that it is done once though the answer was lost."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return dict(self.transport.send("POST", path, body=body, headers=headers).json()["results"])

    def read(self, path: str) -> tuple[dict[str, Any], str]:
        """One record with the tag that `change` takes."""
        answer = self.transport.send("GET", path)
        return dict(answer.json()["results"]), _tag(answer)

    def change(self, path: str, body: dict[str, Any], *, tag: str) -> dict[str, Any]:
        """Change the fields that are sent; refused with `precondition_failed` where somebody else was there since."""
        headers = {"If-Match": tag, "Idempotency-Key": str(uuid.uuid4())}
        return dict(self.transport.send("PATCH", path, body=body, headers=headers).json()["results"])


def _tag(answer: Answer) -> str:
    return answer.headers.get("ETag") or ""
