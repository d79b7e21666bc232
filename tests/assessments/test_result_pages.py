"""The page of a result: its figure beside the one before, what each answer adds and was last time, what alarms."""

import re
from datetime import date

import pytest

from clinic.access import PERMISSIONS, Permission, Role
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.instruments.catalogue import find
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

SOME_DAYS, MOST_DAYS = "Several days", "More than half the days"
ROW = re.compile(r"<tr (?P<css>[^>]*)>\s*<th scope=\"row\">(?P<cells>.*?)</tr>", re.DOTALL)


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def sat(riverside):
    """A function that keeps a completed questionnaire of one patient and gives its address."""
    with clinic_scope(riverside.clinic):
        patient = make_patient(gender="female", date_of_birth=date(1961, 3, 12))

    def sit(day: date, answers: dict[str, int], instrument: str = "phq-9", complete: bool = True) -> str:
        with clinic_scope(riverside.clinic):
            definition = find(instrument)
            about = {"patient": patient, "user": patient.user, "definition": definition, "date": day}
            made = start_assessment(by=Writer(), answers=answers, complete=complete, **about).assessment
        return f"/assessments/{made.pk}/"

    sit.patient = patient
    return sit


def all_of(points: int, **others: int) -> dict[str, int]:
    return {str(code): points for code in range(1, 10)} | {code.strip("q"): value for code, value in others.items()}


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def answers(page: str) -> list[tuple[str, bool]]:
    """The rows of the answers in words, and whether each is marked."""
    return [(words(row["cells"]), "answers-raised" in row["css"]) for row in ROW.finditer(page)]


def test_result_stands_beside_the_one_before_it_and_when_it_is_due_again(client, riverside, sat):
    first = sat(date(2026, 3, 1), all_of(2))
    second = sat(date(2026, 3, 8), all_of(1))
    with clinic_scope(riverside.clinic):
        set_schedule(by=Writer(), patient=sat.patient, definition=find("phq-9"), every_days=14)
    before, after = (words(client.get(page).content.decode()) for page in (first, second))
    assert ("9 of 27" in after, "−9 since 1 Mar 2026" in after, "every 2 weeks" in after) == (*[True] * 3,)
    assert ("18 of 27" in before, " since " in before) == (True, False)


def test_answer_says_its_points_and_what_was_answered_last_time(client, sat):
    first = sat(date(2026, 3, 1), all_of(0, q2=2))
    second = sat(date(2026, 3, 8), all_of(0, q2=1))
    rows = answers(client.get(second).content.decode())
    assert rows[1][0].endswith(f"hopeless {SOME_DAYS} 1 1 Mar 2026: {MOST_DAYS}")
    assert rows[9][0].endswith("Not recorded"), "the item that adds nothing"
    assert answers(client.get(first).content.decode())[1][0].endswith(f"hopeless {MOST_DAYS} 2")


def test_item_that_raised_an_alert_is_marked_and_no_other(client, sat):
    page = client.get(sat(date(2026, 3, 1), all_of(0, q9=1))).content.decode()
    assert [at for at, (text, marked) in enumerate(answers(page), 1) if marked or "Raised an alert" in text] == [9]


def test_item_is_not_marked_for_who_may_not_see_alerts(riverside, sign_in, sat, monkeypatch):
    page = sat(date(2026, 3, 1), all_of(0, q9=1))
    monkeypatch.setitem(PERMISSIONS, Role.AUDITOR, PERMISSIONS[Role.AUDITOR] - {Permission.ALERTS_VIEW})
    shown = sign_in(riverside.auditor).get(page)
    assert (shown.status_code, "Raised an alert" in shown.content.decode()) == (200, False)


def test_trend_of_the_instrument_is_drawn_around_the_result(client, sat):
    first = sat(date(2026, 3, 1), all_of(2))
    alone = client.get(first).content.decode()
    assert ("18" in alone, "time-field" in alone) == (True, False), "one total is no trend"
    sat(date(2026, 3, 8), {str(code): 1 for code in range(1, 8)}, instrument="gad-7")
    last = sat(date(2026, 3, 15), all_of(1))
    page = client.get(first).content.decode()
    assert re.findall(r'<a href="(/assessments/[^"]*)"\s*aria-label', page) == [first, last]
    assert re.findall(r'<a href="([^"]*)"\s*aria-label="[^"]*"\s*aria-current="page"', page) == [first]


def test_unfinished_one_has_no_change_and_no_trend(client, sat):
    sat(date(2026, 3, 1), all_of(2))
    page = client.get(sat(date(2026, 3, 8), {"1": 1}, complete=False)).content.decode()
    assert ("Not scored" in page, " since " in words(page), "time-field" in page) == (True, False, False)
    assert answers(page)[0][0].endswith(f"{SOME_DAYS} 1 1 Mar 2026: {MOST_DAYS}")


def test_measured_answer_has_the_points_of_its_table(client, riverside, sat):
    with clinic_scope(riverside.clinic):
        measured = next(item for item in find("news2").items if item.measure is not None)
    value = next(row.low for row in measured.tables[0].rows if row.points == 2)
    page = client.get(sat(date(2026, 3, 1), {measured.code: value}, "news2", complete=False)).content.decode()
    assert [text for text, _ in answers(page) if text.endswith(f" {value} {measured.measure.unit} 2")] != []
