"""Give the clinics of a server that became a coordinator to its workers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.tenancy.fleet.migration import alone
from clinic.tenancy.lifecycle.placing import NotThere, spread_clinics


class Command(BaseCommand):
    help = (
        "Give the clinics that live on the coordinator of a cluster to its servers, one by one; a second run goes on."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with alone(lambda: self.stdout.write("Waiting for other work on clinics to end.")):
                spread = spread_clinics(lambda done, of: self.stdout.write(f"{done} of {of}"))
        except NotThere as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{spread} clinics were given to servers.")
