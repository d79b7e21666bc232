"""All clinics at a glance."""

from typing import Any

from django.core.management.base import BaseCommand
from django.template.defaultfilters import filesizeformat
from django.utils.timezone import localtime

from clinic.staff.overview import Line, overview
from clinic.tenancy.work.heartbeat import age, said

HEADINGS = ("Clinic", "Id", "State", "Migrations", "Patients", "Size", "Last sign-in", "Server")
RIGHT = (4, 5)  # numbers


class Command(BaseCommand):
    help = "List every clinic with its state, migrations, patients, size on disk and last sign-in; one line each."

    def handle(self, *args: Any, **options: Any) -> None:
        lines = list(overview())
        rows = [HEADINGS, *map(_cells, lines)]
        if not any(line.server for line in lines):
            rows = [row[:-1] for row in rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (
                cell.rjust(width) if number in RIGHT else cell.ljust(width)
                for number, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            self.stdout.write("  ".join(cells).rstrip())
        self.stdout.write(f"Worker: {said(age())}.")


def _cells(line: Line) -> tuple[str, ...]:
    return (
        line.clinic.name,
        str(line.clinic.pk),
        line.state,
        line.migrations,
        "-" if line.patients is None else f"{line.patients:,}",
        "-" if line.size is None else filesizeformat(line.size).replace("\xa0", " "),
        f"{localtime(line.last_sign_in):%Y-%m-%d %H:%M}" if line.last_sign_in else "never",
        line.server,
    )
