"""What workers do by themselves, at a glance."""

from datetime import timedelta
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
                _words(one.every),
                f"{localtime(done):%Y-%m-%d %H:%M:%S}" if done else "never",
                state if can_do(one) else f"{state}; the worker needs DATABASE_OWNER_URL for it",
            ))  # fmt: skip
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for cells in rows:
            texts = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
            self.stdout.write("  ".join(texts).rstrip())
        for worker, silent in last_beats():
            self.stdout.write(f"Worker {worker} was heard of {silent:,.0f} seconds ago.")


def _words(every: timedelta) -> str:
    """The largest unit that says it in whole numbers: 1 day, 2 hours, 10 seconds."""
    for unit, size in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if every >= size and not every % size:
            return f"{every // size} {unit}{'s' * (every > size)}"
    return f"{every.total_seconds():.0f} seconds"
