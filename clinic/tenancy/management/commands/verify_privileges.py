"""Whether each role may do, on each server, what the models say and nothing else."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.tenancy.lifecycle.verifying import faults


class Command(BaseCommand):
    help = "Find every right of a clinic's role that is otherwise than this release says, on every server there is."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(faults())
        for fault in found:
            self.stderr.write(str(fault))
        if found:
            raise CommandError(f"{len(found):,} rights are otherwise than they have to be.")
        self.stdout.write("Each role may do what it has to, and nothing else.")
