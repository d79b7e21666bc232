"""Episodes of treatment on the page of the trend: the line, the forms, the marks, and what is refused."""

import re
from datetime import date

import pytest

from clinic.assessments.episodes.actions import end_episode, start_episode
from clinic.assessments.models import Episode
from clinic.patients.actions import update_patient
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_histories import BY, sit
from tests.typed import sent_by
from tests.world import ahead, make_patient

START = date(2026, 3, 3)
PLACE = re.compile(r"<p[^>]*data-treatment>(.*?)</p>", re.S)
SECTIONS = re.compile(r'<section class="episodes".*?</section>', re.S)


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def scope(riverside):
    return lambda: clinic_scope(riverside.clinic)


@pytest.fixture
def patient(scope):
    with scope():
        return make_patient(full_name="Petra Plan", family_name="Plan", date_of_birth=date(1980, 1, 1))


@pytest.fixture
def episode(scope, patient):
    with scope():
        return start_episode(by=BY, patient=patient, started_on=START)


def page(client, patient):
    return client.get(f"/patients/{patient.pk}/course/").content.decode()


def words(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def line(html):
    (found,) = PLACE.findall(html)
    return words(found)


def stored(scope):
    with scope():
        return [(row.started_on, row.ended_on, row.end_reason, row.end_words) for row in Episode.objects.all()]


def test_form_of_the_page_starts_an_episode_today_and_ends_it(client, patient, scope):
    before = page(client, patient)
    sent = {name: sent_by(before)[name] for name in ("id", "started_on")}
    started = client.post(f"/patients/{patient.pk}/episodes/", sent, follow=True).content.decode()
    assert (line(before), line(started)) == (
        "No episode of treatment. Until one is started, change is since the first total.",
        f"In treatment since {ahead(0):%-d %b %Y}",
    )
    form = {name: sent_by(started)[name] for name in ("version", "ended_on")} | {"end_reason": "completed"}
    ended = client.post(f"/episodes/{sent['id']}/end/", form, follow=True).content.decode()
    assert line(ended) == "Not in treatment. A total after the end of an episode is in none, until another starts."
    assert stored(scope) == [(ahead(0), ahead(0), "completed", "")]


def test_end_of_who_died_is_proposed_as_their_death_and_no_start_is(client, patient, episode, scope):
    with scope():
        update_patient(by=BY, id=patient.pk, version=None, status="deceased", status_on=date(2026, 5, 4))
    shown = page(client, patient)
    proposed = {name: sent_by(shown)[name] for name in ("version", "ended_on", "end_reason")}
    assert line(shown) == "The episode is not ended. It started on 3 Mar 2026"
    ended = client.post(f"/episodes/{episode.pk}/end/", proposed, follow=True).content.decode()
    assert stored(scope) == [(START, date(2026, 5, 4), "died", "")]
    assert ("In treatment" in ended, "Start an episode" in ended) == (False, False)


def test_history_of_episodes_says_when_why_and_by_whom(client, patient, episode, scope):
    with scope():
        end_episode(
            by=BY,
            id=episode.pk,
            version=1,
            ended_on=date(2026, 6, 1),
            end_reason="other",
            end_words="<b>Lost</b> touch",
        )
        start_episode(by=BY, patient=patient, started_on=date(2026, 7, 1))
    html = page(client, patient)
    rows = [words(row) for row in re.findall(r"<li>(.*?)</li>", SECTIONS.findall(html)[1], re.S)]
    assert (line(html), rows) == (
        "In treatment since 1 Jul 2026",
        [
            "1 Jul 2026 to today started by Test Correct the episode that started 1 Jul 2026",
            "3 Mar 2026 to 1 Jun 2026: Other: &lt;b&gt;Lost&lt;/b&gt; touch started by Test and ended by Test "
            "Correct the episode that started 3 Mar 2026",
        ],
    )


@pytest.mark.parametrize(
    ("address", "posted", "said"),
    [
        ("/patients/{patient}/episodes/", {"started_on": ""}, "Write the date."),
        ("/patients/{patient}/episodes/", {"started_on": "31/2/2026"}, "no such day in the calendar"),
        ("/patients/{patient}/episodes/", {"started_on": "1/1/2026"}, "already: since 3 Mar 2026."),
        ("/patients/{patient}/episodes/", {"started_on": "1/1/2999"}, "between 1900 and today"),
        ("/episodes/{episode}/end/", {"ended_on": "2/3/2026", "end_reason": "died"}, "cannot end before it started"),
        ("/episodes/{episode}/end/", {"ended_on": "4/3/2026", "end_reason": "bored"}, "Choose why it ended."),
        ("/episodes/{episode}/end/", {"ended_on": "4/3/2026", "end_reason": "other"}, "Say in words why it ended."),
        ("/episodes/{episode}/correct/", {"started_on": "4/3/2026"}, "Say why, in at most 500 characters."),
        ("/episodes/{episode}/correct/", {"started_on": "4/3/2026", "end_reason": "died", "reason": "x"}, "leave out"),
    ],
)
def test_refused_form_is_shown_with_the_reason_and_what_was_typed(
    client, patient, episode, scope, address, posted, said
):
    answer = client.post(address.format(patient=patient.pk, episode=episode.pk), {"version": 1, **posted})
    html = answer.content.decode()
    typed = [value for name, value in posted.items() if name.endswith("_on") and value]
    kept = [value for value in typed if f'value="{value}"' in html]
    assert (answer.status_code, said in html, kept) == (422, True, typed)
    assert stored(scope) == [(START, None, "", "")]


@pytest.mark.parametrize("posted", [{"started_on": "x\x00"}, {"started_on": "4/3/2026", "id": "x"}, {}])
def test_form_that_cannot_be_read_is_refused(client, patient, scope, posted):
    answer = client.post(f"/patients/{patient.pk}/episodes/", posted)
    assert (answer.status_code, stored(scope)) == (422, [])


@pytest.mark.parametrize("what", ["end", "correct"])
def test_older_version_is_a_conflict_that_can_be_saved_over(client, patient, episode, scope, what):
    stale = {"version": 1, "started_on": "3/3/2026", "ended_on": "1/6/2026", "end_reason": "died", "reason": "Sorry"}
    client.post(f"/episodes/{episode.pk}/correct/", {"version": 1, "started_on": "4/3/2026", "reason": "Mistyped"})
    answer = client.post(f"/episodes/{episode.pk}/{what}/", stale)
    said = "Somebody changed this episode meanwhile: it is since 4 Mar 2026 now. Save again to replace that"
    html = answer.content.decode()
    assert (answer.status_code, said in html, 'value="1/6/2026"' in html) == (409, True, True)
    again = client.post(f"/episodes/{episode.pk}/{what}/", stale | {"version": sent_by(html)["version"]})
    start = START if what == "correct" else date(2026, 3, 4)
    assert (again.status_code, stored(scope)) == (302, [(start, date(2026, 6, 1), "died", "")])


def test_correction_opens_an_episode_again(client, episode, scope):
    with scope():
        end_episode(by=BY, id=episode.pk, version=1, ended_on=date(2026, 6, 1), end_reason="died")
    address = f"/episodes/{episode.pk}/correct/"
    form = sent_by(client.get(address).content.decode())
    assert (form["started_on"], form["ended_on"], form["end_reason"]) == ("3 March 2026", "1 June 2026", "died")
    form |= {"ended_on": "", "end_reason": "", "reason": "Alive and well"}
    answer = client.post(address, form)
    assert (answer.status_code, stored(scope)) == (302, [(START, None, "", "")])


def test_who_may_only_see_has_the_line_and_no_form(riverside, sign_in, patient, episode):
    client = sign_in(riverside.auditor)
    found = " ".join(SECTIONS.findall(page(client, patient)))
    said = "Treatment In treatment since 3 Mar 2026 Episodes of treatment 3 Mar 2026 to today started by Test"
    assert (words(found), "<form" in found) == (said, False)
    refused = [client.post(f"/episodes/{episode.pk}/{what}/").status_code for what in ("end", "correct")]
    assert [*refused, client.post(f"/patients/{patient.pk}/episodes/").status_code] == [403, 403, 403]


def test_episode_of_another_clinic_is_not_there(hillside, sign_in, patient, episode):
    client = sign_in(hillside.clinician)
    found = [client.post(f"/episodes/{episode.pk}/{what}/", {"version": 1}).status_code for what in ("end", "correct")]
    assert [*found, client.post(f"/patients/{patient.pk}/episodes/").status_code] == [404, 404, 404]


def test_chart_and_table_mark_where_episodes_start_and_end(client, patient, episode, scope):
    with scope():
        end_episode(by=BY, id=episode.pk, version=1, ended_on=date(2026, 6, 1), end_reason="completed")
        start_episode(by=BY, patient=patient, started_on=date(2026, 7, 1))
        for day, total in ((date(2026, 3, 3), 20), (date(2026, 6, 1), 4), (date(2026, 6, 10), 9)):
            sit(patient, day, total)
    html = page(client, patient)
    marks = ["Treatment started 3 Mar 2026", "Treatment ended 1 Jun 2026", "Treatment started 1 Jul 2026"]
    assert re.findall(r'<g class="episode"[^>]*>\s*<title>(.*?)</title>', html) == marks
    assert re.findall(r'class="episode-word episode-\w+"[^>]*>(\w+)<', html) == ["start", "end", "start"]
    rows = [words(row) for row in re.findall(r'<th scope="row"[^>]*>(.*?)</th>', html, re.S)]
    assert rows == [marks[2], "10 Jun 2026", marks[1], "1 Jun 2026", "3 Mar 2026", marks[0]]
    assert f"to 9 on 10 Jun 2026. {'. '.join(marks)}." in html
