"""What workers do by themselves, at a glance."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import localtime

from clinic.recurring import RECURRING
from clinic.tenancy.work.heartbeat import last_beats
from clinic.tenancy.work.recurring import can_do, last_runs

HEADINGS = ("Work", "Every", "Last done", "State")


class Command(BaseCommand):
    help = "List what the worker does by itself, when it was last done and whether it is late; and every worker."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [HEADINGS]
        for one, row, late in last_runs(RECURRING):
            done = row.done_at if row is not None else None
            state = (row.why if row is not None else "") or ("late" if late else "as it should be")
            rows.append((
                one.name,
                str(one.every),
                f"{localtime(done):%Y-%m-%d %H:%M:%S}" if done else "never",
                state if can_do(one) else f"{state}; the worker needs DATABASE_OWNER_URL for it",
            ))  # fmt: skip
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for cells in rows:
            texts = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
            self.stdout.write("  ".join(texts).rstrip())
        for worker, silent in last_beats():
            self.stdout.write(f"Worker {worker} was heard of {silent:,.0f} seconds ago.")
