"""Kept reports: as they were whatever becomes of the records, beside today, and who sees and takes back which."""

import json

import pytest
from django.utils import timezone

from clinic.access import PERMISSIONS, Permission, Role
from clinic.assessments.models import Assessment, Course, KeptReport
from clinic.assessments.outcomes.figures import COUNTED_BY
from clinic.assessments.outcomes.parts import PARTS
from clinic.assessments.record.courses import keep_courses
from clinic.assessments.reports.frozen import from_json
from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_outcome_files import rows
from tests.assessments.test_outcomes import ADDRESS, by_hand
from tests.test_permissions import MAY

NEW = "/outcomes/kept/new/?instrument=phq-9&from=2026-01-01&to=2026-06-30"


@pytest.fixture
def clinician(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        for totals in ((20, 4), (20, 11), (15, 21), (12,), (18, 9), (3, 1)):
            by_hand(*totals)
    return sign_in(riverside.clinician)


def keep(client, title="Spring", address=NEW) -> str:
    answer = client.post(address, {"title": title})
    assert answer.status_code == 302
    return answer["Location"]


def texts(client, address):
    """The tables of a report: every cell as it is written."""
    report = client.get(address).context["report"]
    sheets = [(part.key, sheet) for part in report.parts for sheet in part.sheets]
    return json.dumps([
        [key, sheet.title, sheet.lead, sheet.counted, *sheet.headings, *([c.text for c in row] for row in sheet.rows)]
        for key, sheet in sheets
    ])  # fmt: skip


def first_figures(client, address):
    report = client.get(address).context["report"]
    return {row[0].text: (row[1].text, row[1].now) for row in report.parts[0].sheets[0].rows}


def amend_move_and_archive(world):
    """Lower totals are amended, somebody else takes the patients over, and one of them is archived."""
    with clinic_scope(world.clinic):
        Assessment.objects.filter(score=11).update(score=2, status="amended")
        Patient.objects.update(user=world.owner.pk)
        patient = Course.objects.get(baseline=15).patient
        patient.archived_at = timezone.now()
        patient.save()
        keep_courses([*Patient.objects.values_list("pk", flat=True)])


def test_kept_report_stays_as_it_was_though_records_change(riverside, clinician):
    printed = texts(clinician, NEW.replace("kept/new", "print"))
    address = keep(clinician)
    amend_move_and_archive(riverside)
    assert texts(clinician, address) == printed
    assert texts(clinician, NEW.replace("kept/new", "print")) != printed


def test_kept_report_has_every_part_with_how_it_is_counted(clinician):
    address = keep(clinician)
    page = clinician.get(address)
    report, content = page.context["report"], page.content.decode()
    assert [part.key for part in report.parts] == list(PARTS)
    said = content.count("How this is counted: ") + content.count("Who is counted: ")
    assert said == sum(len(part.sheets) for part in report.parts) == 13
    assert report.facts[:4] == [
        ("Instrument", "PHQ-9"), ("First total from", "1 January 2026"), ("First total until", "30 June 2026"),
        ("Measured again", "Last total in the period"),
    ]  # fmt: skip
    counted_by = dict(report.facts[4:])
    assert (len(counted_by), counted_by["Way of counting"]) == (4, str(COUNTED_BY))


def test_kept_report_says_when_and_by_whom(clinician):
    assert "by <bdi>Clara Clinician</bdi>" in clinician.get(keep(clinician)).content.decode()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_file_of_a_kept_report_has_every_table_as_it_was(riverside, clinician, kind):
    address = keep(clinician)
    expected = clinician.get(address).context["report"]
    amend_move_and_archive(riverside)
    found = rows(clinician.get(f"{address}?_export={kind}"))
    assert found[0][:2] == ["Spring", "Kept on"]
    sheets = [sheet for part in expected.parts for sheet in part.sheets]
    told = [list(fact) for fact in expected.facts]
    told += [line for sheet in sheets for line in ([sheet.title], *([cell.text for cell in row] for row in sheet.rows))]
    assert (len(sheets) > 10, [line for line in told if line not in found]) == (True, [])


def test_file_of_a_kept_report_is_in_the_trail_and_for_who_may_take_files(riverside, clinician, monkeypatch):
    address = keep(clinician)
    with monkeypatch.context() as other:
        other.setitem(PERMISSIONS, Role.CLINICIAN, PERMISSIONS[Role.CLINICIAN] - {Permission.LISTS_EXPORT})
        assert clinician.get(f"{address}?_export=csv").status_code == 403
        assert "_export" not in clinician.get(address).content.decode()
    assert "_export=csv" in clinician.get(address).content.decode()
    assert [clinician.get(f"{address}?_export={kind}").status_code for kind in ("csv", "pdf", "")] == [200, 404, 404]
    with clinic_scope(riverside.clinic):
        assert AuditEvent.objects.filter(action="report.downloaded").count() == 1


def test_report_beside_today_says_what_is_another_today(riverside, clinician):
    address = keep(clinician)
    assert {now for _, now in first_figures(clinician, f"{address}?beside=today").values()} == {""}
    amend_move_and_archive(riverside)
    assert first_figures(clinician, f"{address}?beside=today") == {
        "Cases at the first total": ("5", "4"), "Measured again": ("4", "3"), "Response": ("2", "3"),
        "Remission": ("1", "2"), "Recovery": ("2", "3"), "Reliably better": ("3", ""),
        "No reliable change": ("0", ""), "Reliably worse": ("1", "0"),
    }  # fmt: skip
    assert {now for _, now in first_figures(clinician, address).values()} == {""}


def test_report_whose_filter_is_gone_says_so_beside_today(riverside, clinician):
    address = keep(clinician)
    with clinic_scope(riverside.clinic):
        row = KeptReport.objects.get()
        again = KeptReport.objects.create(
            title="Tagged",
            query=f"{row.query}&tag=99",
            kept_by=row.kept_by,
            counts_everybody=True,
            contents=row.contents,
        )
    answer = clinician.get(f"/outcomes/kept/{again.pk}/?beside=today")
    assert (answer.status_code, "cannot be counted today" in answer.content.decode()) == (200, True)
    assert "cannot be counted today" not in clinician.get(f"{address}?beside=today").content.decode()


def test_list_has_the_newest_first_with_who_kept_it(riverside, clinician, sign_in):
    first, second = keep(clinician, "First"), keep(sign_in(riverside.owner), "Second")
    found = clinician.get("/outcomes/kept/").context["page"].object_list
    assert [(each.title, each.kept_by.display_name) for each in found] == [
        ("Second", "Olive Owner"),
        ("First", "Clara Clinician"),
    ]
    assert [f"/outcomes/kept/{each.pk}/" for each in found] == [second, first]


@pytest.mark.parametrize("page", ["0", "2", "x"])
def test_page_of_the_list_that_there_is_not_is_not_found(clinician, page):
    assert clinician.get(f"/outcomes/kept/?page={page}").status_code == 404


def test_report_is_taken_back_by_who_kept_it_or_an_owner(riverside, clinician, sign_in):
    owner = sign_in(riverside.owner)
    of_owner, mine, other = keep(owner), keep(clinician), keep(clinician)
    found = [
        clinician.post(f"{of_owner}remove/").status_code,
        clinician.post(f"{mine}remove/").status_code,
        owner.post(f"{other}remove/").status_code,
        owner.post(f"{other}remove/").status_code,
    ]
    assert found == [403, 302, 302, 404]
    with clinic_scope(riverside.clinic):
        events = AuditEvent.objects.filter(record_type="report", is_reading=False).order_by("pk")
        told = list(events.values_list("action", "actor_name"))
    assert told == [
        ("report.kept", "Olive Owner"), *[("report.kept", "Clara Clinician")] * 2,
        ("report.removed", "Clara Clinician"), ("report.removed", "Olive Owner"),
    ]  # fmt: skip


def test_title_that_cannot_be_kept_is_refused_with_what_was_typed(clinician):
    answers = [clinician.post(NEW, {"title": title}) for title in (" ", "x" * 101)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert "x" * 101 in answers[1].content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_report_of_filters_that_cannot_be_read_is_refused(clinician, method):
    answer = getattr(clinician, method)(
        "/outcomes/kept/new/?from=soon", {"title": "Kept"} if method == "post" else None
    )
    assert answer.status_code == 400


def test_sheet_for_paper_of_filters_that_cannot_be_read_is_refused(clinician):
    assert clinician.get("/outcomes/print/?from=soon").status_code == 400


def test_sheet_for_paper_has_its_days_in_words(clinician):
    titled = clinician.get("/outcomes/print/?instrument=phq-9&from=2026-01-01&to=2026-06-30").content.decode()
    assert "PHQ-9, 1 Jan 2026 to 30 Jun 2026" in titled


def test_kept_reports_are_for_who_sees_the_outcomes(riverside, clinician, sign_in):
    address = keep(clinician)
    found = {role: sign_in(getattr(riverside, role)).get(address).status_code for role in MAY}
    assert found == {role: 200 if "assessments.view" in MAY[role] else 403 for role in MAY}


def test_part_that_needs_more_is_left_out_of_what_somebody_opens(riverside, clinician):
    keep(clinician)
    with clinic_scope(riverside.clinic):
        contents = KeptReport.objects.get().contents
    seen = from_json(contents, frozenset({Permission.ASSESSMENTS_VIEW}))
    assert [part.key for part in seen.parts] == [part for part in PARTS if part != "risk"]


@pytest.mark.clock("clinic/assessments/reports/views.py:report_print", "clinic/assessments/reports/views.py:_about")
def test_sheet_says_when_it_was_printed_by_the_clinics_clock(clock, riverside, sign_in):
    client = sign_in(riverside.clinician)
    for address in ("/outcomes/print/", keep(client)):
        assert client.get(address).context["printed_at"] == clock.moment


@pytest.mark.clock("clinic/assessments/reports/views.py:_file")
def test_file_of_a_kept_report_says_the_clinics_day_of_keeping(clock, riverside, sign_in):
    client = sign_in(riverside.clinician)
    answer = client.get(f"{keep(client)}?_export=csv")
    assert rows(answer)[0] == ["Spring", "Kept on", str(clock.today), "Clara Clinician"]
    assert answer["Content-Disposition"] == f'attachment; filename="report-{clock.today}.csv"'


def test_outcomes_lead_to_keeping_printing_and_kept_reports(clinician):
    page = clinician.get(ADDRESS).content.decode()
    for address in ("print", "kept/new"):
        assert f"/outcomes/{address}/?instrument=phq-9&amp;from=2026-01-01&amp;to=2026-06-30&amp;window=last" in page
