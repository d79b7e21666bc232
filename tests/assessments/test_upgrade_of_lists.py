"""What a clinic has already is in its order after the upgrade, and so is what the release before still writes."""

from datetime import UTC, datetime

from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader

from clinic.assessments.models import Assessment
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope

BEGUN, COMPLETED = (datetime(2026, 2, 1, hour, tzinfo=UTC) for hour in (8, 9))
# As the release before inserts: without the column.
WRITE = """
INSERT INTO assessments_assessment (id, name, patient_id, user_id, type, date, questions, created_at, updated_at,
    completed_at, version)
SELECT gen_random_uuid(), %s, id, user_id, 'other', '2026-02-01', '[]', %s, %s, %s, 1 FROM patients_patient
"""


def test_upgrade_orders_what_is_there_and_what_the_release_before_writes(lakeside):
    owner, loader = connections["owner"], MigrationLoader(None)
    key = next(key for key in loader.graph.nodes if key[0] == "assessments" and key[1].endswith("_order_of_lists"))
    migration, before = loader.get_migration(*key), loader.project_state(key, at_end=False)
    with clinic_scope(lakeside.clinic, using="owner"), owner.cursor() as cursor:
        user = Practitioner.objects.using("owner").first()
        Patient.objects.using("owner").create(
            full_name="Ann", gender="other", date_of_birth="1970-01-01", record_number="T-1", user=user
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with owner.schema_editor(atomic=False) as editor:
            migration.unapply(before.clone(), editor)
        cursor.execute(WRITE, ["Completed", BEGUN, BEGUN, COMPLETED])
        cursor.execute(WRITE, ["Begun", BEGUN, BEGUN, None])
        with owner.schema_editor(atomic=False) as editor:
            migration.apply(before.clone(), editor)
        cursor.execute(WRITE, ["Meanwhile", BEGUN, BEGUN, COMPLETED])
        found = dict(Assessment.objects.using("owner").values_list("name", "listed_at"))
        transaction.set_rollback(True, using="owner")
    assert found == {"Completed": COMPLETED, "Begun": BEGUN, "Meanwhile": COMPLETED}
