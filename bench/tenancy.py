"""New clinics, deploys, requests and memory, ours against django-tenants as it comes, on the same clinics in one run.

`SIZE` is the largest number of clinics; stock is timed on a few clinics and multiplied.
"""

import io
import json
import os
import statistics
import subprocess
import sys

from bench import costs
from bench.server import ROOT, cpu, prepare, settle, timed, write

SIZES = (20, 300, 2000)
SAMPLE = 5
UNDO = """
DROP TABLE IF EXISTS {0}.patients_visit;
ALTER TABLE {0}.patients_patient DROP COLUMN IF EXISTS nickname, ALTER COLUMN version TYPE integer;
DELETE FROM {0}.django_migrations WHERE name = 'p9001_real';
COMMENT ON SCHEMA {0} IS '{1}'
"""


def use_release(later: bool) -> None:
    from django.conf import settings

    from clinic.tenancy.fleet import survey as migrating
    from clinic.tenancy.lifecycle import provisioning

    settings.MIGRATION_MODULES = {"patients": "bench.later"} if later else {}
    migrating.release.cache_clear()
    provisioning.fingerprint.cache_clear()


def deploy() -> tuple[float, float]:
    """Seconds on the clock, and of CPU."""
    from django.core.management import call_command

    begun = cpu()
    seconds = timed(lambda: call_command("migrate_clinics", stdout=io.StringIO()))
    return seconds, cpu() - begun


def fill(size: int) -> dict[str, list[float]]:
    """Make clinics up to `size`; seconds of some more, with their owner and without, and from prepared schemas."""
    from clinic.accounts.models import User
    from clinic.staff import actions
    from clinic.tenancy.lifecycle import provisioning, schema_pool
    from clinic.tenancy.models import Clinic

    user = User.objects.using("owner").filter(email="o@bench.test").first()
    user = user or actions.create_user(email="o@bench.test", name="O", password="p")
    present = Clinic.objects.using("owner").count()

    def create(number: int) -> float:
        return timed(lambda: actions.create_clinic(name=f"Clinic {number}", owner=user, by=actions.OPERATOR))

    for number in range(present, size):
        provisioning.create_clinic(name=f"Clinic {number}")
    settle()
    made = [create(size + number) for number in range(10)]
    begun = cpu()
    bare = [timed(lambda n=n: provisioning.create_clinic(name=f"Extra {n}")) for n in range(10)]
    work = (cpu() - begun) / len(bare)
    schema_pool.refill(20)
    begun = cpu()
    prepared = [create(size + 10 + number) for number in range(10)]
    work_prepared = (cpu() - begun) / len(prepared)
    bare_prepared = [timed(lambda n=n: provisioning.create_clinic(name=f"More {n}")) for n in range(10)]
    names = [f"Clinic {size + number}" for number in range(20)]
    for clinic in Clinic.objects.using("owner").exclude(name__startswith="Clinic "):
        provisioning.drop_clinic(clinic)
    for clinic in Clinic.objects.using("owner").filter(name__in=names):
        provisioning.drop_clinic(clinic)
    return {
        "made": made,
        "bare": bare,
        "prepared": prepared,
        "bare_prepared": bare_prepared,
        "work": [work],
        "work_prepared": [work_prepared],
    }


def stock(size: int) -> dict[str, list[float]]:
    from clinic.tenancy.models import Clinic

    sample = [clinic.schema_name for clinic in Clinic.objects.using("owner").order_by("pk")[:SAMPLE]]
    command = [sys.executable, "-m", "bench.stock", ",".join(sample)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return json.loads(done.stdout.splitlines()[-1])


def undo() -> None:
    from clinic.tenancy.lifecycle import provisioning
    from clinic.tenancy.models import Clinic
    from clinic.tenancy.privileges import clinic_privileges

    noted = provisioning.noted_grants(clinic_privileges())
    for clinic in Clinic.objects.using("owner"):
        provisioning.run([UNDO.format(f'"{clinic.schema_name}"', noted)])


def measure(size: int) -> list[str]:
    """The table's lines for one number of clinics."""
    from clinic.tenancy.fleet import survey as migrating

    ours = fill(size)
    settle()
    theirs = stock(size)
    undo()
    median = {name: statistics.median(values) * 1000 for name, values in ours.items()}
    stock_create = statistics.median(theirs["create"]) * 1000
    lines = [
        f"| new clinic, {size:,} present | {stock_create:,.0f} ms "
        f"| {median['bare']:.1f} ms, of CPU {median['work']:.1f} ({median['made']:.1f} with its owner, audited) |",
        f"| the same from a prepared schema | | {median['bare_prepared']:.1f} ms "
        f"({median['prepared']:.1f} with its owner, of CPU {median['work_prepared']:.1f}) |",
    ]
    if size < 300:
        return lines
    migrating.release()
    settle()
    nothing, survey = deploy(), timed(migrating.survey)
    use_release(later=True)
    one = deploy()
    use_release(later=False)
    undo()
    settle()
    for what, key, (seconds, work) in (("nothing to do", "nothing", nothing), ("one migration", "one", one)):
        each = statistics.median(theirs[key])
        more = f", its survey {survey:.2f} s" if key == "nothing" else ""
        lines.append(
            f"| deploy with {what}, {size:,} clinics | {each * size:,.0f} s ({each * 1000:,.0f} ms each, "
            f"{SAMPLE} timed) | {seconds:.2f} s ({work:.2f} s of CPU{more}) |"
        )
    return lines


def main() -> None:
    largest = int(os.environ.get("SIZE") or 300)
    prepare()
    deploy()
    lines = ["| | django-tenants as it comes | this project |", "|---|---|---|"]
    for size in (size for size in SIZES if size <= largest):
        lines += measure(size)
        if size == max(size for size in SIZES if size <= largest):
            lines += [*costs.requests(), *costs.memory(size)]
        print("\n".join(lines), end="\n\n", flush=True)
    where = (
        "One migration: a column with an index, a table with a foreign key, a type change. Stock deploys are timed on "
        f"{SAMPLE} clinics, as one `migrate_schemas` each in one process, and multiplied."
    )
    write("tenancy", "Tenancy", where, ["\n".join(lines)])


main()
