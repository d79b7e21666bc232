"""The limits of lists and files: what is at one, one below it and one above."""

import html
import io
import re
from datetime import date

import openpyxl
import pytest
from django.http import QueryDict
from django.test import RequestFactory

from clinic.lists.forms import LayoutForm
from clinic.lists.jobs import spreadsheets
from clinic.lists.page import list_page as lists
from clinic.lists.page.columns import relative_day
from clinic.lists.page.layout import NAME, PER_PAGE
from clinic.lists.reading import listing, selection
from clinic.patients.models import Patient
from clinic.patients.tables import PatientTable
from clinic.tenancy.scope import clinic_scope
from clinic.ui.pages import posted_version
from tests.filled import searched, sorted_list
from tests.world import make_patient

CAP = 3


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def capped(monkeypatch):
    """Three rows are counted, and of more it is said that there are more."""
    for module in (listing, lists, selection):
        monkeypatch.setattr(module, "CAP", CAP)


def people(count, name="Marsh"):
    return [make_patient(full_name=f"Ana {name} {n:03}", family_name=f"{name} {n:03}") for n in range(count)]


@pytest.mark.parametrize(("count", "total"), [(2, 2), (3, 3), (4, None)])
def test_every_way_into_a_list_counts_up_to_the_cap(scope, capped, count, total):
    made = people(count)
    for found in (sorted_list(PatientTable, "name", Patient.objects.all()), searched("marsh")):
        ways = [found.first(2), found.after(made[0].pk, 2), found.before(made[1].pk, 2), found.at(1, 2), found.last(2)]
        assert [way.total for way in ways] == [total] * 5
        assert (ways[0].at_least, found.count()) == (count, count)


def test_rows_of_a_later_grade_are_counted_beyond_as_many_as_the_cap(scope, capped):
    made = people(CAP)
    make_patient(full_name="Bo Marsh Abel", family_name="Abel")
    found = searched("marsh")
    ways = [found.first(2), found.after(made[0].pk, 2), found.at(1, 2), found.last(2)]
    assert [way.total for way in ways] == [None] * 4


@pytest.mark.parametrize(("count", "numbers"), [(10, []), (11, ["Page 1 of 2"])])
def test_page_is_numbered_where_there_is_another(riverside, client, count, numbers):
    with clinic_scope(riverside.clinic):
        people(count)
    page = client.get("/patients/?per_page=10").content.decode()
    assert re.findall(r"Page \d+(?: of \d+)?", page) == numbers


def test_page_behind_a_row_is_never_the_first(riverside, client):
    with clinic_scope(riverside.clinic):
        key = people(11)[9].pk
    pages = [client.get(f"/patients/?per_page=10&after={key}{number}").content.decode() for number in ("", "&page=1")]
    assert [re.findall(r"Page \d+(?: of \d+)?", page) for page in pages] == [["Page 2 of 2"], ["Page 2 of 2"]]
    assert ["11 to 11 of 11" in page for page in pages] == [True, True]


@pytest.mark.parametrize("typed", ["%20", "%20%09%20"])
def test_search_for_white_space_is_no_search(riverside, client, typed):
    with clinic_scope(riverside.clinic):
        people(3)
    page = client.get(f"/patients/?q={typed}").content.decode()
    assert len(set(re.findall(r"Marsh \d{3}", page))) == 3


def test_rows_behind_and_before_are_said_where_there_are_some(scope):
    """Of three rows: what is asked for exactly, and one less."""
    first, _, third = people(3)
    found = sorted_list(PatientTable, "name", Patient.objects.all())
    said = {
        "first": [found.first(size).more for size in (3, 2)],
        "after": [found.after(first.pk, size).more for size in (2, 1)],
        "at": [found.at(1, size).more for size in (2, 1)],
        "before": [found.before(third.pk, size).less for size in (2, 1)],
        "last": [found.last(size).less for size in (3, 2)],
    }
    assert said == {way: [False, True] for way in said}
    assert [found.at(offset, 1).less for offset in (0, 1)] == [False, True]


def test_page_says_the_cap_as_a_number_and_more_with_a_plus(client, riverside, capped):
    said = {}
    for count, name in enumerate(["Marsh", "Delgado", "Okafor", "Lindqvist"], 1):
        with clinic_scope(riverside.clinic):
            people(count, name=name)
        address = f"/patients/?q={name}"
        pages = [client.get(address + more).content.decode() for more in ("", "&sort=-name", "&count=exact")]
        said[count] = [re.findall(r"data-announce>([^<]*)<", page) for page in pages]
    assert said == {
        1: [["1 patient"]] * 3,
        2: [["2 patients"]] * 3,
        3: [["3 patients"]] * 3,
        4: [["3+ patients"], ["3+ patients"], ["4 patients"]],
    }


@pytest.mark.parametrize(("count", "total"), [(2, 2), (3, None)])
def test_full_page_of_a_large_table_is_all_that_a_search_reads(scope, monkeypatch, count, total):
    monkeypatch.setattr(listing, "LARGE", 0)
    people(count)
    found = searched("marsh").first(2)
    assert (len(found.records), found.total, found.more) == (2, total, count > 2)


def test_pages_begin_and_end_with_their_rows(client, riverside):
    """Ten rows a page: one page up to ten rows, another for the eleventh."""
    rows, last_rows, missing = {}, {}, {}
    for count, step, last in ((9, 9, 1), (10, 1, 1), (11, 1, 2), (20, 9, 2), (21, 1, 3)):
        with clinic_scope(riverside.clinic):
            people(step, name=f"Marsh {count}")
        pages = [client.get(f"/patients/?per_page=10&page={page}") for page in range(1, last + 2)]
        rows[count] = [page.content.decode().count('<tr role="row">') for page in pages if page.status_code == 200]
        last_rows[count] = client.get("/patients/?per_page=10&page=last").content.decode().count('<tr role="row">')
        missing[count] = f"There is no page {last + 1}; the last one is {last}." in pages[-1].content.decode()
        next_there = [f"page={page + 1}&amp;after=" in pages[page - 1].content.decode() for page in range(1, last + 1)]
        assert next_there == [True] * (last - 1) + [False]
    assert rows == {9: [9], 10: [10], 11: [10, 1], 20: [10, 10], 21: [10, 10, 1]}
    assert last_rows == {count: of[-1] for count, of in rows.items()}
    assert missing == dict.fromkeys(rows, True)


def test_number_in_an_address_is_within_its_limits(client):
    expected = {
        **{f"per_page={size}": 200 for size in PER_PAGE},
        **{f"per_page={size + step}": 400 for size in PER_PAGE for step in (-1, 1)},
        "page=1": 200,
        "page=0": 400,
        "page=-1": 400,
        "page=01": 200,
        "page=1.0": 400,
        "page=999999999": 404,
        "page=1000000000": 400,
        f"q={'x' * 200}": 200,
        f"q={'x' * 201}": 400,
    }
    assert {query: client.get(f"/patients/?{query}").status_code for query in expected} == expected


@pytest.mark.parametrize(("text", "version"), [("1", 1), ("9" * 9, 999_999_999), ("9" * 10, 0), ("-1", 0), ("", 0)])
def test_version_of_a_form_has_nine_digits_at_most(text, version):
    assert posted_version(RequestFactory().post("/", {"version": text})) == version


@pytest.mark.parametrize(
    ("days", "words"),
    [
        *((1, "1 day"), (6, "6 days"), (7, "1 week"), (8, "1 week"), (13, "1 week"), (14, "2 weeks"), (29, "4 weeks")),
        *((30, "1 month"), (59, "1 month"), (60, "2 months"), (364, "12 months"), (365, "1 year"), (729, "1 year")),
        (730, "2 years"),
    ],
)
def test_distance_of_a_day_is_in_its_largest_unit(days, words):
    assert (relative_day(days), relative_day(-days), relative_day(0)) == (f"{words} ago", f"in {words}", "today")


def rows_of(batches):
    """The rows that a spreadsheet of these batches holds."""
    content = b"".join(part for part, _ in spreadsheets.pieces("xlsx", ["Name"], batches))
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()][1:]


@pytest.mark.parametrize("sizes", [[3], [1, 2], [3, 0], [1, 1, 1]])
def test_sheet_takes_as_many_rows_as_it_has_and_not_one_more(monkeypatch, sizes):
    monkeypatch.setattr(spreadsheets, "ROWS_IN_A_SHEET", 3)
    batches = [[["x"]] * size for size in sizes]
    assert rows_of(batches) == [["x"]] * 3
    with pytest.raises(ValueError, match="3 rows"):
        rows_of([*batches, [["x"]]])


def test_sheet_has_the_rows_of_the_format_without_its_heading():
    assert spreadsheets.ROWS_IN_A_SHEET == 2**20 - 1


def test_cell_is_cut_at_the_most_that_the_format_holds():
    assert [len(row[0]) for row in rows_of([[["x" * size] for size in (32_766, 32_767, 32_768)]])] == [
        *(32_766, 32_767, 32_767)
    ]


def test_first_day_that_spreadsheets_agree_on_is_a_date():
    before, first = rows_of([[[date(1900, 2, 28)], [date(1900, 3, 1)]]])
    assert (before, first[0].date()) == (["1900-02-28"], date(1900, 3, 1))


def chosen(columns, move=""):
    posted = QueryDict(mutable=True)
    posted.setlist("column", columns)
    posted["move"] = move
    form = LayoutForm(posted)
    assert form.is_valid()
    return form.chosen()["columns"]


def test_layout_keeps_sixty_columns_of_forty_letters():
    names = [f"a{number}" for number in range(61)]
    assert (chosen(names[:60]), chosen(names)) == (names[:60], names[:60])
    assert [bool(NAME.fullmatch("a" * size)) for size in (0, 1, 40, 41)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("move", "order"),
    [("up-b", "abcd"), ("up-c", "acbd"), ("down-c", "abdc"), ("down-d", "abcd"), ("up-a", "abcd"), ("down-a", "abcd")],
)
def test_column_moves_between_the_second_place_and_the_last(move, order):
    assert "".join(chosen([*"abcd"], move)) == order


def pager(page: str) -> list[str]:
    """What stands below the rows: their numbers, the page's, and where its links lead, with rows by their place."""
    places = {
        key: str(at) for at, key in enumerate(re.findall(r'<th scope="row"[^>]*><a href="/patients/([^/]+)/', page))
    }
    said = re.findall(r'class="pager">\s*<p class="hint">([^<]*)<|<span aria-current="page">([^<]*)<', page)
    links = re.findall(r'<a id="page-(\w+)"[^>]*href="/patients/\?per_page=10(?:&amp;)?([^"]*)"', page)
    return [
        *("".join(each) for each in said),
        *(f"{name} {re.sub(r'[0-9a-f-]{36}', lambda key: places[key[0]], query)}".strip() for name, query in links),
    ]


def test_pager_says_which_rows_these_are_and_leads_to_those_beside_them(client, riverside):
    with clinic_scope(riverside.clinic):
        people(32)
    addresses = [f"page={number}" for number in range(1, 5)] + ["page=last"]
    pages = [client.get(f"/patients/?per_page=10&{address}").content.decode() for address in addresses]
    last = ["31 to 32 of 32", "Page 4 of 4", "first", "previous page=3&amp;before=0"]
    assert [pager(page) for page in pages] == [
        ["1 to 10 of 32", "Page 1 of 4", "next page=2&amp;after=9", "last page=last"],
        ["11 to 20 of 32", "Page 2 of 4", "first", "previous before=0", "next page=3&amp;after=9", "last page=last"],
        [
            *("21 to 30 of 32", "Page 3 of 4", "first"),
            *("previous page=2&amp;before=0", "next page=4&amp;after=9", "last page=last"),
        ],
        last,
        last,
    ]


def test_pager_counts_no_pages_from_the_end_of_more_rows_than_are_counted(client, riverside, monkeypatch):
    for module in (listing, lists, selection):
        monkeypatch.setattr(module, "CAP", 20)
    with clinic_scope(riverside.clinic):
        people(32)
    shown, address = [], "/patients/?per_page=10&page=last"
    for step in ("previous", "previous", "next", "next", "previous", "previous", "previous", "next"):
        page = client.get(address).content.decode()
        shown.append((*pager(page)[:2], *re.findall(r"Marsh \d{3}", page)[:1]))
        address = html.unescape(re.search(rf'id="page-{step}"[^>]*href="([^"]*)"', page)[1])
    last, before = ("The last ones", "Last page"), ("Before the last ones", "Before the last page")
    assert shown == [
        (*last, "Marsh 022"),
        (*before, "Marsh 012"),
        (*before, "Marsh 002"),
        (*before, "Marsh 012"),
        (*last, "Marsh 022"),
        (*before, "Marsh 012"),
        (*before, "Marsh 002"),
        ("1 to 10 of 20 or more", "Page 1", "Marsh 000"),
    ]


def test_last_page_of_a_search_says_why_its_rows_are_there(client, riverside):
    with clinic_scope(riverside.clinic):
        for number in range(12):
            make_patient(phone_number=f"+44770090{number:04}")
    page = client.get("/patients/?q=%2B44770090&per_page=10&page=last").content.decode()
    assert re.findall(r'<span class="why">([^<]*)<', page) == ["phone", "phone"]
