"""Bringing in a file of completed questionnaires at the command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from clinic.imports.actions import begin_import, settle_columns
from clinic.imports.assessments import fields
from clinic.imports.assessments.forms import missing
from clinic.imports.assessments.headings import proposing
from clinic.imports.assessments.work import checking, writing
from clinic.imports.cleaning import practitioner_key
from clinic.imports.fields import USER
from clinic.imports.management.bringing import BringsIn, chunks_of, pairs
from clinic.imports.models import Subject
from clinic.imports.work.checking import practitioners
from clinic.imports.work.steps import Work, of_operator
from clinic.staff.actions import Operator
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope


class Command(BringsIn):
    what = "assessments"
    uncertain = "Some dates are not certain: say how they are written with --order."
    run_check, run_write = checking.run, writing.run
    help = (
        "Bring a file of completed questionnaires into a clinic: whole, or with --good its good rows. --dry-run only "
        "says what would come of it. The exit code is 1 where something is wrong with a row."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--good", action="store_true", help="bring in the good rows, whatever is wrong with others")
        parser.add_argument("--instrument", default="", help="which questionnaire it is, where no column says so")
        parser.add_argument("--practitioner", default="", help="of rows that name nobody; else the patient's own")
        names = ", ".join(fields.LABELS)
        for option, meta, text in (
            ("--answer", "NAME=VALUE", "encoding, separator or sheet of the file"),
            ("--column", "HEADING=FIELD", f"fields: {names}, {fields.OF_ITEM} and an item's code, ignored"),
            ("--order", "HEADING=day|month", "of dates' figures"),
        ):
            parser.add_argument(option, action="append", default=[], metavar=meta, help=text)
        parser.add_argument("--errors", type=Path, help="where to write the rows that are at fault, as CSV")
        parser.add_argument("--by", default="", metavar="NAME", help="whom the trail names; Operator if not given")

    def begun(self, clinic: Clinic, file: Path, options: dict[str, Any]) -> Work:
        by = Operator.named(options["by"])
        said = {**pairs(options["answer"]), fields.INSTRUMENT: options["instrument"]}
        with clinic_scope(clinic):
            batch = begin_import(
                by=by, clinic=clinic, file_name=file.name, chunks=chunks_of(file), said=said,
                about=Subject.ASSESSMENTS, proposes=proposing,
            )  # fmt: skip
            if choice := batch.facts.get("choice"):
                ways = ", ".join(repr(option[0]) for option in choice["options"])
                option = "--instrument " if choice["name"] == fields.INSTRUMENT else f"--answer {choice['name']}="
                raise ValidationError(f"Say how the file is read: {option}…, one of {ways}.")
            columns = {**batch.facts["proposed"], **pairs(options["column"])}
            if messages := missing([target for target in columns.values() if target]):
                raise ValidationError([f"{message} --column HEADING=FIELD does." for message in messages])
            answers = {"columns": columns, "orders": pairs(options["order"]), USER: _person(options["practitioner"])}
            settle_columns(batch, answers)
        return of_operator(clinic, batch, by)


def _person(name: str) -> str:
    """The id of a practitioner by name; empty for nobody in particular."""
    people = practitioners()
    if name and practitioner_key(name) not in people:
        raise ValidationError(f"Nobody here is called {name}.")
    return str(people[practitioner_key(name)]) if name else ""
