"""A patient's answer by a link, as a webhook is told of it."""

from tests.assessments.by_link import ALL, let_in
from tests.assessments.conftest import kept, link, make_link, patient, practitioner  # noqa: F401  # fixtures
from tests.sealing import seals
from tests.webhooks.conftest import deliver, deliveries

pytestmark = seals


def test_answer_by_link_is_told(riverside, receiver, webhook, link, kept):  # noqa: F811  # the fixtures
    let_in(link).post(link, {**ALL, "do": "complete"}, follow=True)
    deliver(webhook)
    told = [(each["type"], each["data"]["id"]) for each in receiver.told if each["type"] == "request.answered"]
    assert told == [("request.answered", str(kept().pk))]
    assert len({each.record_id for each in deliveries(webhook)}) == 1
