"""The limits of work on many rows and of saved views: at each one, and one above."""

from uuid import uuid4

from clinic.lists.jobs.bulk import LONGEST_QUERY, MOST_PICKED
from clinic.lists.models import Job, SavedView
from clinic.tenancy.scope import clinic_scope

VIEWS, BULK = "/lists/patients/views/new/", "/patients/bulk/"


def test_a_thousand_rows_can_be_picked_and_not_one_more(client, patients, riverside):
    """With everything else that the form over a list sends."""
    form = {"do": "archive", "query": "", "shown_columns": "name", "csrfmiddlewaretoken": "x", "clinic": ""}
    ids = [str(uuid4()) for _ in range(MOST_PICKED + 1)]
    answers = [client.post(BULK, {**form, "id": ids[:count]}) for count in (MOST_PICKED, MOST_PICKED + 1)]
    assert [answer.status_code for answer in answers] == [302, 400]
    assert "At most 1000 rows can be picked one by one." in answers[1].content.decode()
    with clinic_scope(riverside.clinic):
        assert [job.items.count() for job in Job.objects.all()] == [MOST_PICKED]


def test_view_keeps_a_name_and_an_address_up_to_their_limits(client, riverside):
    longest = "q=" + "x" * (LONGEST_QUERY - 2)
    saved = [
        client.post(VIEWS, {"name": name, "query": query}).status_code
        for name, query in (("x" * 100, ""), ("x" * 101, ""), ("Long", longest), ("Longer", longest + "x"))
    ]
    assert saved == [302, 422, 302, 422]
    with clinic_scope(riverside.clinic):
        kept = SavedView.objects.order_by("name").values_list("name", "query")
        assert list(kept) == [("Long", longest), ("x" * 100, "")]
