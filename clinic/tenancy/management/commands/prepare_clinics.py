"""Prepare schemas for clinics to come."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from clinic.tenancy.lifecycle import schema_pool


class Command(BaseCommand):
    help = "Have N schemas of this release ready, so that a new clinic takes one; those of older releases are replaced."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", type=int, metavar="N")

    def handle(self, *args: Any, count: int, **options: Any) -> None:
        schema_pool.renew()
        schema_pool.refill(count)
        self.stdout.write(f"{schema_pool.ready()} schemas are ready.")
