"""Every figure of every part leads to the rows that it counts, and the parts as JSON have the same figures."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from clinic.assessments.models import Alert, Schedule
from clinic.assessments.outcomes.parts import PARTS
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_outcome_parts import raised
from tests.assessments.test_outcomes import generated, give, treat
from tests.merging.records import link
from tests.sizes import times
from tests.world import ahead, make_patient

ASKED = "instrument=phq-9&from=2025-06-01&to=2026-06-30"
# Figures without rows of their own, by part: what a line is drawn through, and a time.
NO_ROWS = {"course": ("Lower quartile", "Median", "Upper quartile"), "risk": ("Median time to acknowledge",)}


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


def busy(world, seed: int) -> None:
    """Courses of many people of two practitioners, some archived, with schedules, links and alerts."""
    list(generated(seed))
    people = list(Practitioner.objects.active().order_by("display_name"))
    for at in range(45):
        patient = make_patient(gender=("female", "male", "other")[at % 3 if at % 7 else 0], user=people[at % 2])
        begun = date(2026, 1 + at % 3, 1 + at % 27)
        if at % 4 == 0:
            treat(patient, begun, begun + timedelta(days=90) if at % 8 else None)
        about = {"age": (16, 30, 50, 70)[at % 4] if at % 9 else None, "language": ("en", "de")[at % 5 == 0]}
        row = give(patient, begun, 12 + at % 12, **about)
        for week in (2, 4, 8, 12, 26)[: at % 6]:
            give(patient, begun + timedelta(weeks=week), None if at % 11 == 3 else (at * week) % 20, **about)
        if at % 2:
            day = ahead(-at % 5)
            Schedule.objects.create(patient=patient, instrument="phq-9", every_days=14, starts_on=day, next_due_on=day)
        if at % 3 == 0:
            said = {"note": "Called", "acknowledged_by_id": "test", "acknowledged_by_name": "Test"} if at % 2 else {}
            alert = raised(row, at, acknowledged_at=timezone.now() if at % 2 else None, **said)
            Alert.objects.filter(pk=alert.pk).update(raised_at=timezone.now() - timedelta(days=200 + at % 2))
        if at % 10 == 0:
            request = link(world.clinic, patient, "phq-9").request
            if at % 20:
                request.state, request.opened_at = "opened", timezone.now()
            request.expires_at = timezone.now() + timedelta(days=5 - at)
            request.save()
        if at % 13 == 0:
            patient.archived_at = timezone.now()
            patient.save()
        if at % 11 == 5:
            Patient.objects.filter(pk=patient.pk).update(user=None)


def count_behind(client, url: str) -> int:
    """How many rows there are behind a figure, on all of their pages."""
    count, query = 0, url.partition("#")[0]
    if not query.startswith("?"):
        return int(re.sub(r"\D", "", client.get(query).context["page"].count_text))
    while query:
        rows = client.get(f"/outcomes/{query}").context["rows"]
        count, query = count + len(rows.rows), rows.after.partition("#")[0]
    return count


def figures(client, part: str, more: str = ""):
    """Each figure of a part as its column, its row and its cell."""
    answer = client.get(f"/outcomes/?{ASKED}&part={part}{more}")
    return [
        (head, line[0][1].text, cell, {head: cell.text for head, cell, _ in line})
        for sheet in answer.context["sheets"] for line in sheet.lines for head, cell, _ in line[1:]
        if cell.text[:1].isdigit() and head != "Of all cases, between"
    ]  # fmt: skip


def expected(cell, cells) -> int:
    """The count that a figure says: itself, or of a share the part of those measured that it is."""
    if cell.data is None:
        return int(cell.text)
    return round(cell.data["per_cent"] * int(cells.get("Measured again", 0)) / 100)


@pytest.mark.parametrize("seed", range(times(1)))
@pytest.mark.parametrize("part", PARTS)
def test_each_figure_leads_to_as_many_rows_as_it_counts(riverside, client, part, seed):
    with clinic_scope(riverside.clinic):
        busy(riverside, seed)
    found = figures(client, part, f"&to={ahead(0)}" if part in ("measured", "risk") else "")
    without, linked = NO_ROWS.get(part, ()), [each for each in found if each[2].url]
    assert {head if head in without else name for head, name, cell, _ in found if not cell.url} == set(without)
    counted = {
        (head, name): (count_behind(client, unescape(cell.url)), expected(cell, cells))
        for head, name, cell, cells in linked
        if cell.data is None or part
    }
    assert {key: pair for key, pair in counted.items() if pair[0] != pair[1]} == {}
    assert len(counted) >= 3


@pytest.mark.parametrize("more", ["show=cases&by=shoe", "by=age", "show=alerts&by=age", "show=week_3", "show=links"])
def test_rows_that_there_are_not_are_refused(client, more):
    assert client.get(f"/outcomes/?{ASKED}&{more}").status_code == 400


def test_group_that_nobody_is_in_has_no_rows(client):
    answer = client.get(f"/outcomes/?{ASKED}&show=cases&by=age&key=x%00y".replace("%00", ""))
    assert (answer.status_code, answer.context["rows"].rows) == (200, [])


@pytest.mark.parametrize("part", [part for part in PARTS if part])
def test_part_as_json_has_the_tables_of_the_page(riverside, client, part):
    with clinic_scope(riverside.clinic):
        busy(riverside, 1)
    page, told = (client.get(f"/outcomes/?{ASKED}&part={part}{more}") for more in ("", "&format=json"))
    sheets, tables = page.context["sheets"], told.json()["tables"]
    assert (told.json()["part"], [table["title"] for table in tables]) == (part, [sheet.title for sheet in sheets])
    for sheet, table in zip(sheets, tables, strict=True):
        assert (table["columns"], table["counted"]) == (list(sheet.headings), sheet.counted)
        assert [[as_text(value) for value in row] for row in table["rows"]] == [
            [None if is_hidden(cell, at, sheet) else cell.text for at, cell in enumerate(row)] for row in sheet.rows
        ]


def is_hidden(cell, at, sheet) -> bool:
    return at not in sheet.words and not cell.text[:1].isdigit()


def as_text(value):
    """What the page writes for a value of JSON."""
    if isinstance(value, dict) and "minutes" in value:
        hours, minutes = divmod(value["minutes"], 60)
        return f"{hours} h {minutes} min" if hours else f"{minutes} min"
    if isinstance(value, dict):
        return f"{value['per_cent']} % ({value['low']} to {value['high']})"
    return f"{round(value, 1):g}" if isinstance(value, float) else value if value is None else str(value)


def test_small_groups_are_hidden_in_json_too(riverside, client):
    with clinic_scope(riverside.clinic):
        for gender, count in (("female", 9), ("male", 6), ("other", 4)):
            for _ in range(count):
                give(make_patient(gender=gender), date(2026, 2, 1), 20)
    tables = client.get(f"/outcomes/?{ASKED}&part=equity&format=json").json()["tables"]
    by_gender = next(table for table in tables if table["title"] == "By gender")
    assert by_gender["rows"] == [
        ["Female", 9, None, None, None, None, None],
        ["Male", None, None, None, None, None, None],
        ["Other", None, None, None, None, None, None],
    ]


@pytest.mark.parametrize("more", ["part=none", "part=course&from=soon", "part=risk&show=none"])
def test_part_as_json_that_there_is_not_is_refused_as_json(client, more):
    answer = client.get(f"/outcomes/?{more}&format=json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


@pytest.mark.clock("clinic/assessments/outcomes/behind/rows.py:_day")
def test_row_says_the_day_that_it_was_where_the_clinic_is(clock, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        alert = raised(give(make_patient(), clock.day(-3), 20), 0)
        Alert.objects.filter(pk=alert.pk).update(raised_at=clock.moment)
    asked = f"from={clock.day(-9)}&to={clock.today}&part=risk&show=alerts"
    rows = sign_in(riverside.clinician).get(f"/outcomes/?{asked}").context["rows"].rows
    assert [row.cells for row in rows] == [[("Raised", date_format(clock.today, "j M Y"))]]
