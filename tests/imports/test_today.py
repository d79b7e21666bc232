"""How long the content of a file is kept."""

import pytest

from clinic.imports.actions import remove_old_imports
from clinic.imports.models import ImportBatch, ImportPart
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.imports.sending import PEOPLE, key_of, sent


@in_one_zone
@pytest.mark.clock("clinic/imports/actions.py:remove_old_imports")
def test_file_is_kept_for_a_month(clock, riverside, owner):
    key = key_of(sent(owner, PEOPLE))
    left = []
    with clinic_scope(riverside.clinic):
        ImportBatch.objects.filter(pk=key).update(created_at=clock.moment)
        for move in ({"days": 30}, {"seconds": 1}):
            clock.move(**move)
            remove_old_imports()
            left.append((ImportPart.objects.count(), bool(ImportBatch.objects.get(pk=key).facts)))
    assert left == [(1, True), (0, False)]
