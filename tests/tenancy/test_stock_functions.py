"""What django-tenants offers works in our scope, or says what to use instead: nothing is silently elsewhere."""

import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django_tenants.utils import get_public_schema_name, get_tenant_model, schema_context, schema_exists, tenant_context

from clinic.patients.models import Patient
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope, public_scope

INSTEAD = re.escape("use clinic.tenancy.scope.clinic_scope")


def test_tenant_model_is_the_clinic():
    assert get_tenant_model() is Clinic


def test_tenant_of_the_connection_is_the_clinic_whose_scope_is_open(riverside):
    names = [connection.tenant.schema_name]
    with clinic_scope(riverside.clinic):
        names.append(connection.tenant.schema_name)
        assert connection.tenant == riverside.clinic
        with public_scope():
            names.append(connection.tenant.schema_name)
        names.append(connection.tenant.schema_name)
    names.append(connection.tenant.schema_name)
    public, own = get_public_schema_name(), riverside.clinic.schema_name
    assert names == [public, own, public, own, public]


def test_context_of_a_tenant_says_what_to_use(riverside):
    with pytest.raises(ImproperlyConfigured, match=INSTEAD), tenant_context(riverside.clinic):
        Patient.objects.count()


def test_context_of_a_schema_says_what_to_use(riverside):
    with pytest.raises(ImproperlyConfigured, match=INSTEAD), schema_context(riverside.clinic.schema_name):
        Patient.objects.count()


def test_command_for_all_tenants_says_what_to_use(riverside):
    with pytest.raises(ImproperlyConfigured, match="migrate_clinics"):
        call_command("all_tenants_command", "check", verbosity=0)


def test_tenant_that_is_saved_has_no_schema_until_it_is_created(owner):
    """`create_clinic` makes the row and the schema together; a row alone is a clinic that nobody can enter."""
    made = Clinic(name="Alone")
    try:
        made.save(using="owner")
        assert schema_exists(made.schema_name) is False
    finally:
        Clinic.objects.using("owner").filter(pk=made.pk).delete()
