"""Bringing in a file of patients at the command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from clinic.imports.actions import begin_import, settle_columns
from clinic.imports.cleaning import practitioner_key
from clinic.imports.fields import USER, labels
from clinic.imports.management.bringing import BringsIn, chunks_of, pairs
from clinic.imports.models import ImportBatch
from clinic.imports.work import checking, writing
from clinic.imports.work.steps import Work, of_operator
from clinic.staff.actions import Operator
from clinic.staff.models import NOBODY, Practitioner
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope


class Command(BringsIn):
    what = "patients"
    uncertain = "Some columns are not certain: say what they are with --order and --code."
    run_check, run_write = checking.run, writing.run
    help = (
        "Bring a file of patients into a clinic: whole, or with --good its good rows. --dry-run only says what would "
        "come of it. The exit code is 1 where something is wrong with a row."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--good", action="store_true", help="bring in the good rows, whatever is wrong with others")
        parser.add_argument(
            "--practitioner", default="", help=f"who gets the patients whose row names nobody; or {NOBODY}"
        )
        parser.add_argument("--gender", default="", help="of patients whose row has none: unknown, for example")
        parser.add_argument(
            "--answer",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="encoding, separator or sheet of the file",
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="HEADING=FIELD",
            help=f"fields: {', '.join(labels())}, ignored",
        )
        parser.add_argument(
            "--order", action="append", default=[], metavar="HEADING=day|month", help="of dates' figures"
        )
        parser.add_argument(
            "--code", action="append", default=[], metavar="HEADING:CODE=VALUE", help="what a code means"
        )
        parser.add_argument("--errors", type=Path, help="where to write the rows that are at fault, as CSV")
        parser.add_argument("--by", default="", metavar="NAME", help="whom the trail names; Operator if not given")

    def begun(self, clinic: Clinic, file: Path, options: dict[str, Any]) -> Work:
        by = Operator.named(options["by"])
        said = pairs(options["answer"])
        with clinic_scope(clinic):
            batch = begin_import(by=by, clinic=clinic, file_name=file.name, chunks=chunks_of(file), said=said)
            if choice := batch.facts.get("choice"):
                ways = ", ".join(repr(option[0]) for option in choice["options"])
                raise ValidationError(f"Say how the file is read: --answer {choice['name']}=…, one of {ways}.")
            settle_columns(batch, self._answers(batch, options))
        return of_operator(clinic, batch, by)

    def _answers(self, batch: ImportBatch, options: dict[str, Any]) -> dict[str, Any]:
        columns = {**batch.facts["proposed"], **pairs(options["column"])}
        codes: dict[str, dict[str, str]] = {}
        for named, value in pairs(options["code"]).items():
            heading, _, code = named.rpartition(":")
            codes.setdefault(heading, {})[code] = value
        return {
            "columns": columns,
            "orders": pairs(options["order"]),
            "codes": codes,
            "otherwise": {"gender": options["gender"]} if options["gender"] else {},
            USER: self._practitioner(options["practitioner"]),
        }

    def _practitioner(self, name: str) -> str:
        people = checking.practitioners()
        if name.strip().lower() == NOBODY:
            return ""
        if not name and len(people) == 1:
            return str(next(iter(people.values())))
        key = people.get(practitioner_key(name))
        if key is None:
            names = ", ".join(Practitioner.objects.active().values_list("display_name", flat=True))
            raise ValidationError(
                f"Say with --practitioner who gets patients whose row says nothing: {names}, {NOBODY}."
            )
        return str(key)
