"""An answer that gets worse while somebody writes the note about the one before."""

import pytest

from clinic.assessments.models import Alert
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_alert_pages import LIST, raise_alert, shown_form
from tests.world import make_patient


@pytest.mark.parametrize("whose", ["all", "one"])
@pytest.mark.parametrize(("points", "status"), [(1, 302), (2, 302), (3, 409)])
def test_note_does_not_close_a_worse_answer_that_nobody_has_seen(riverside, sign_in, whose, points, status):
    client = sign_in(riverside.clinician)
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        first, second = raise_alert(patient, minutes=2), raise_alert(patient, minutes=1)
    form = shown_form(client.get(LIST).content.decode(), patient)
    with clinic_scope(riverside.clinic):
        Alert.objects.filter(pk=first.pk).update(points=points)
    one = {"alert": [each for each in form["alert"] if each.startswith(str(first.pk))]}
    address = f"/patients/{patient.pk}/alerts/acknowledge/" if whose == "all" else f"{LIST}{first.pk}/acknowledge/"
    answer = client.post(address, {**form, **(one if whose == "one" else {}), "note": "Called <her>."})
    assert (len(one["alert"]), answer.status_code) == (1, status)
    with clinic_scope(riverside.clinic):
        closed = set(Alert.objects.exclude(acknowledged_at=None).values_list("pk", flat=True))
    if status == 409:
        page = answer.content.decode()
        assert ("A worse answer came meanwhile" in page, "Called &lt;her&gt;." in page, closed) == (True, True, set())
    else:
        assert closed == ({first.pk, second.pk} if whose == "all" else {first.pk})


def test_form_without_points_is_taken_as_it_is(riverside, sign_in):
    """Of a page that was opened before this release, or with points that are none."""
    client = sign_in(riverside.clinician)
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        alerts = [raise_alert(patient) for _ in range(3)]
    seen = [str(alerts[0].pk), f"{alerts[1].pk}/many", f"{alerts[2].pk}/1e9"]
    assert client.post(f"/patients/{patient.pk}/alerts/acknowledge/", {"alert": seen, "note": "x"}).status_code == 302
    with clinic_scope(riverside.clinic):
        assert Alert.objects.filter(patient=patient, acknowledged_at=None).count() == 0
