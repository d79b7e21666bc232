"""The pages of the trail and of a patient's history, with something to show and without."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils import timezone
from playwright.sync_api import Page

from clinic.audit.models import AuditEvent
from clinic.patients.actions import create_patient, update_patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.browser.conftest import Watch
from tests.browser.site import Site
from tests.world import Writer, make_patient

Shown = Iterator[tuple[str, Page]]


def of_the_trail(page: Page, watch: Watch, site: Site) -> Shown:
    page.goto("/clinic/trail/unusual/")
    yield "trail-nothing-unusual", page
    owner = site.world.owner
    with clinic_scope(site.world.clinic):
        patient = create_patient(
            by=Writer(), full_name="Henriette Historia", user=Practitioner.objects.first(), gender="female",
            date_of_birth=date(1980, 3, 12), address="1 Old Street\nRiverton",
        )  # fmt: skip
        update_patient(by=Writer(), id=patient.pk, version=None, address="14 Mill Lane\nRiverton", gender="other")
        update_patient(by=Writer(), id=patient.pk, version=None, phone_number="+447700900134")
        family = make_patient(full_name=f"Oona {owner.name.split()[-1]}", family_name=owner.name.split()[-1])
        read = {"actor_id": str(owner.pk), "actor_name": owner.name, "action": "patient.viewed", "is_reading": True}
        for opened in (family.pk, patient.pk):
            about = {"record_type": "patient", "record_id": opened, "patient_id": opened}
            AuditEvent.objects.create(at=timezone.now() - timedelta(days=1), **read, **about)
    page.goto(f"/patients/{patient.pk}/history/")
    yield "patient-history", page
    page.goto(f"/clinic/trail/patients/{patient.pk}/")
    yield "patient-trail", page
    page.goto("/clinic/trail/")
    yield "trail", page
    page.goto("/clinic/trail/?open=filters&kind=reading")
    yield "trail-filtered", page
    page.goto("/clinic/trail/?since=1+January+2001&until=2+January+2001")
    yield "trail-empty", page
    page.goto("/clinic/trail/unusual/")
    yield "trail-unusual", page
