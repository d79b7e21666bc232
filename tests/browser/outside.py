"""Data that nobody on this project made, and a program that records it through the JSON API.

The files stay outside the repository: `OUTSIDE_DATA` names their folder.
"""

import base64
import csv
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.core.management import call_command

from tests.world import World

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(os.environ.get("OUTSIDE_DATA") or ROOT.parent / "shared" / "data")
GENDERS = {"M": "male", "F": "female"}
PHQ9 = [f"D{number}" for number in range(1, 10)]
GAD7 = [f"A{number}" for number in range(1, 8)]


@dataclass
class Program:
    """An API client of one clinic, with a token for an hour."""

    server: str
    token: str

    @classmethod
    def of(cls, world: World, server: str) -> "Program":
        printed = io.StringIO()
        call_command("create_api_client", world.clinic.name, "Importer", "--write", stdout=printed)
        made = dict(line.split(": ") for line in printed.getvalue().splitlines())
        secret = base64.b64encode(f"{made['client_id']}:{made['client_secret']}".encode()).decode()
        body = urlencode({"grant_type": "client_credentials", "scope": "read write"}).encode()
        answer = urlopen(Request(f"{server}/o/token/", body, {"Authorization": f"Basic {secret}"}))  # noqa: S310
        return cls(server, json.load(answer)["access_token"])

    def call(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        with urlopen(Request(f"{self.server}/api/v1/{path}", data, headers)) as answer:  # noqa: S310
            envelope: dict[str, Any] = json.load(answer)
        return envelope

    def count(self, path: str) -> int:
        count: int = self.call(path)["meta"]["pagination"]["count"]
        return count


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def patients(practitioner: str) -> Iterator[dict[str, str]]:
    for row in rows("patients-synthea.csv"):
        yield {
            "user": practitioner,
            "full_name": " ".join(filter(None, (row["PREFIX"], row["FIRST"], row["LAST"], row["SUFFIX"]))),
            "family_name": row["LAST"],
            "gender": GENDERS[row["GENDER"]],
            "date_of_birth": row["BIRTHDATE"],
            "address": "\n".join(filter(None, (row["ADDRESS"], row["CITY"], f"{row['STATE']} {row['ZIP']}".strip()))),
        }


def assessments(practitioner: str, people: list[str]) -> Iterator[dict[str, Any]]:
    """One for each row of answers, handed round to `people`; the names are left to the clinic."""
    for number, row in enumerate(rows("screening-answers.csv")):
        yield {
            "user": practitioner,
            "patient": people[number % len(people)],
            "type": "mental_health",
            "date": (date(2025, 1, 1) + timedelta(days=number // len(people))).isoformat(),
            "questions": [{"question": item, "answer": row[item]} for item in (*PHQ9, *GAD7)],
            "score": sum(int(row[item]) for item in PHQ9),
        }


def load(program: Program, practitioner: str) -> None:
    people = [program.call("patients/", body)["results"]["id"] for body in patients(practitioner)]
    for body in assessments(practitioner, people):
        program.call("assessments/", body)
