"""What both records have and one patient can have only once: how it is settled before the rows move."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.utils import timezone

from clinic.assessments.models import Assessment
from clinic.assessments.record.actions import free_name
from clinic.assessments.selfreport.actions import revoke_request
from clinic.audit.actions import By, about, record
from clinic.audit.models import AuditEvent
from clinic.merging.journal import Journal
from clinic.merging.models import EntryKind
from clinic.merging.tables import ASSESSMENTS, CARE_TEAM, EPISODES, LISTS, PHOTOS, REQUESTS, SCHEDULES, Table
from clinic.patients.models import CareTeamMember
from clinic.staff.models import Practitioner
from clinic.tenancy.records import ClinicModel
from clinic.tenancy.rows import column_value, row_of

RENAME = """
UPDATE assessments_assessment AS named
SET name = given.name, version = named.version + 1, updated_at = %s
FROM unnest(%s::uuid[], %s::text[]) AS given (id, name) WHERE named.id = given.id
"""


def names_taken(survivor: UUID, other: UUID) -> dict[UUID, tuple[str, str]]:
    """The name and the new one of each assessment whose name the survivor has too, by its id."""
    here = set(ASSESSMENTS.of(survivor).values_list("name", flat=True))
    coming = list(ASSESSMENTS.of(other).order_by("date", "pk").values_list("pk", "name"))
    taken, found = here | {name for _, name in coming}, {}
    for key, name in coming:
        if name in here:
            found[key] = (name, free_name(name, taken))
            taken.add(found[key][1])
    return found


def rename_assessments(renamed: dict[UUID, tuple[str, str]], patient: UUID, *, by: By) -> None:
    """Give assessments of a patient other names, each with its record in the trail."""
    if not renamed:
        return
    with connection.cursor() as cursor:
        cursor.execute(RENAME, [timezone.now(), list(renamed), [name for _, name in renamed.values()]])
    AuditEvent.objects.bulk_create(
        about("assessment.changed", Assessment(pk=key, patient_id=patient), by=by, changes={"name": list(names)})
        for key, names in renamed.items()
    )


def schedules_taken(survivor: UUID, other: UUID) -> Iterable[ClinicModel]:
    """Active schedules of instruments that the survivor has an active schedule of."""
    here = SCHEDULES.of(survivor).active().values("instrument")
    return list(SCHEDULES.of(other).active().filter(instrument__in=here))


def requests_taken(survivor: UUID, other: UUID) -> Iterable[ClinicModel]:
    """Open links for instruments that the survivor has an open link for."""
    here = REQUESTS.of(survivor).open().values("instrument")
    return list(REQUESTS.of(other).open().filter(instrument__in=here))


def episodes_taken(survivor: UUID, other: UUID) -> Iterable[ClinicModel]:
    """Episodes on days that an episode of the survivor's has."""
    here = EPISODES.of(survivor)
    return [row for row in EPISODES.of(other) if here.overlapping(row.started_on, row.ended_on).exists()]


def team_taken(survivor: UUID, other: UUID) -> Iterable[ClinicModel]:
    """Colleagues who are in the survivor's care team too."""
    return list(CARE_TEAM.of(other).filter(person_id__in=CARE_TEAM.of(survivor).values("person_id")))


def lists_taken(survivor: UUID, other: UUID) -> Iterable[ClinicModel]:
    """Lists that the survivor is on too."""
    return list(LISTS.of(other).filter(list__in=LISTS.of(survivor).values("list")))


def photos_taken(survivor: UUID, other: UUID) -> Iterable[ClinicModel]:
    """The photo, where the survivor has one."""
    return list(PHOTOS.of(other)) if PHOTOS.of(survivor).exists() else []


def settle(survivor: UUID, other: UUID, journal: Journal, *, by: By) -> None:
    """Rename, end or set aside what the survivor cannot have twice."""
    renamed = names_taken(survivor, other)
    rename_assessments(renamed, survivor, by=by)
    for key, names in renamed.items():
        journal.changed(ASSESSMENTS.name, key, "name", *names)
    for schedule in SCHEDULES.by_key(row.pk for row in schedules_taken(survivor, other)):
        schedule.ended_on = timezone.localdate()
        schedule.save(update_fields=["ended_on"])
        journal.changed(SCHEDULES.name, schedule.pk, "ended_on", None, column_value(schedule, "ended_on"))
        record("plan.ended", schedule, by=by, changes={"ended_on": [None, schedule.ended_on.isoformat()]})
    for request in REQUESTS.by_key(row.pk for row in requests_taken(survivor, other)):
        ended = revoke_request(by=by, id=request.pk)
        journal.changed(REQUESTS.name, request.pk, "state", request.state, ended.state)
    set_aside(EPISODES, episodes_taken(survivor, other), journal)
    set_aside(CARE_TEAM, team_taken(survivor, other), journal)
    set_aside(LISTS, lists_taken(survivor, other), journal)
    set_aside(PHOTOS, photos_taken(survivor, other), journal)


def set_aside(table: Table, rows: Iterable[ClinicModel], journal: Journal) -> None:
    """Take rows out of their table, whole into the journal."""
    found = list(rows)
    journal.add(table.name, EntryKind.REMOVED, map(row_of, found))
    if found:
        table.by_key([row.pk for row in found]).delete()


def keep_in_sight(patient: UUID, people: Iterable[UUID | None], journal: Journal, *, by: By) -> None:
    """Name practitioners who had one of the records for the care team: whoever saw one of the two sees the survivor."""
    named = set(CARE_TEAM.of(patient).values_list("person_id", flat=True))
    missing = {person for person in people if person is not None} - named
    for practitioner in Practitioner.objects.active().filter(pk__in=missing).order_by("pk"):
        member = CareTeamMember.objects.create(patient_id=patient, person_id=practitioner.pk)
        journal.add(CARE_TEAM.name, EntryKind.ADDED, [str(member.pk)])
        record("careteammember.added", member, by=by, changes={"person": [None, practitioner.display_name]})
