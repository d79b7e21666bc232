"""All clinics at a glance, for whoever looks after them: read in a few round trips, whatever their number."""

from collections.abc import Iterator
from datetime import datetime
from itertools import batched
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max
from django.utils import timezone
from django_tenants.utils import get_tenant_database_alias

from clinic.accounts.models import Membership
from clinic.tenancy.fleet.survey import MigrationState, release, survey
from clinic.tenancy.lifecycle import placing
from clinic.tenancy.lifecycle.provisioning import owner_connection
from clinic.tenancy.models import Clinic, State

# So many clinics are looked at in one statement on one connection: it locks their patients' table with its indexes
# until it is answered, and the connection keeps what it has learnt of each.
AT_ONCE = 100
PATIENTS = "patients_patient"
LOOK = """
SELECT n.nspname, public.clinic_rows(n.nspname::text, %s), (
    SELECT sum(pg_total_relation_size(size.oid)) FROM unnest(n.tables) AS size (oid)
) FROM (
    SELECT n.nspname, array_agg(c.oid) AS tables FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid
    WHERE n.nspname = ANY (%s) AND c.relkind IN ('r', 'p') GROUP BY 1
) n
"""


class Line(NamedTuple):
    """One clinic; `patients` and `size` (bytes on disk, with indexes) are None where its tables are missing.

    `last_sign_in` is the latest of its people's, wherever they went. `server` is where it lives, empty where all
    clinics live on one.
    """

    clinic: Clinic
    state: str
    migrations: str
    patients: int | None
    size: int | None
    last_sign_in: datetime | None
    server: str = ""


def overview() -> Iterator[Line]:
    """Every clinic, by name."""
    states = sorted(survey(), key=lambda state: state.clinic.name.casefold())
    signed_in, places, sizes = _last_sign_ins(), placing.places(), placing.sizes()
    owner_connection().close()
    for batch in batched(states, AT_ONCE):
        found = _look([state.clinic.schema_name for state in batch])
        for state in batch:
            clinic = state.clinic
            patients, here = found.get(clinic.schema_name, (None, None))
            size, server = sizes.get(clinic.schema_name, here), str(places.get(clinic.schema_name, ""))
            yield Line(clinic, _state(clinic), _migrations(state), patients, size, signed_in.get(clinic.pk), server)


def _last_sign_ins() -> dict[UUID, datetime]:
    members = Membership.objects.using(get_tenant_database_alias()).filter(is_active=True)
    return dict(members.values_list("clinic").annotate(last=Max("user__last_login")))


def _look(schema_names: list[str]) -> dict[str, tuple[int | None, int | None]]:
    try:
        with owner_connection().cursor() as cursor:
            cursor.execute(LOOK, [PATIENTS, schema_names])
            return {name: (patients, size) for name, patients, size in cursor.fetchall()}
    finally:
        owner_connection().close()


def _state(clinic: Clinic) -> str:
    """What its people find, in the order in which they find it."""
    if clinic.gone_at is not None:
        return f"deleted, kept until {timezone.localtime(clinic.gone_at, clinic.zone):%Y-%m-%d}"
    if clinic.state == State.SUSPENDED:
        return "suspended"
    return "closed: a migration failed" if clinic.out_of_service else "active"


def _migrations(state: MigrationState) -> str:
    if state.applied is None:
        return "schema missing"
    if missing := len(release().clinics - state.applied):
        return f"{missing} behind"
    return "grants behind" if state.lacks_grants else "up to date"
