"""Tables of django-tables2 work in a list as its documentation says, or a system check refuses them by name."""

import re
from typing import Any

import django_tables2 as tables
import pytest
from django.core.checks import run_checks
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.html import format_html

from clinic.lists.page.checks import errors_of
from clinic.lists.page.columns import DateColumn, LinkColumn, NumberColumn, TextColumn
from clinic.lists.page.list_page import ListPage, table_page
from clinic.lists.page.rows import Records, exported, plain_rows, table_of, table_parts
from clinic.patients.filters import PatientFilter
from clinic.patients.models import Patient
from clinic.patients.tables import PatientTable
from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient

WORDS = dict.fromkeys(["heading", "noun", "noun_plural", "search_hint", "empty_title", "empty_text"], "Patients")


class Everything(tables.Table):
    """Stock columns, columns of ours, and whatever may be said of either."""

    name = LinkColumn(view="patients:detail", accessor="full_name")
    record_number = tables.Column()
    gender = TextColumn(css="nowrap", attrs={"td": {"data-of": lambda record: record.record_number}})
    address = tables.Column(default="none", linkify=lambda record: f"/patients/{record.pk}/")
    born = tables.DateColumn(accessor="date_of_birth", format="Y", attrs={"td": {"class": "year"}})
    drawn = tables.TemplateColumn("<i>{{ record.full_name }}</i>", orderable=False)
    score = NumberColumn(accessor="last_score")
    hidden = tables.Column(accessor="family_name")

    class Meta:
        attrs = {"id": "everything", "class": "wide"}
        row_attrs = {"data-row": lambda record: record.record_number}
        exclude = ("hidden",)
        sequence = ("name", "drawn", "...")

    def render_gender(self, value: str, record: Patient) -> str:
        return format_html("<b>{}</b>", value)

    def value_gender(self, value: str) -> str:
        return f"gender {value}"

    def render_score(self, value: Any) -> str:
        return f"{value} points"


class Moments(tables.Table):
    name = TextColumn(accessor="full_name")
    day = DateColumn(accessor="created_at")
    never = DateColumn(accessor="archived_at")


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        make_patient(full_name="Ana <i>", family_name="", record_number="T-1", gender="female", last_score=7)
        make_patient(full_name="Bo", family_name="", record_number="T-2", gender="male", address="One & Two")
        yield riverside


@pytest.fixture
def request_(riverside, scope):
    made = RequestFactory().get("/patients/")
    made.htmx, made.membership, made.permissions = None, None, frozenset()
    made.actor = made.user = riverside.clinician
    return made


def of(text: str, tag: str) -> list[str]:
    return re.findall(rf"<{tag}\b[^>]*>.*?</{tag}>", text, re.DOTALL)


def records() -> Records:
    return Records(list(Patient.objects.filter(record_number__startswith="T-").order_by("record_number")))


def test_rows_are_what_the_table_says(scope):
    ana, bo = of(table_parts(table_of(Everything, records())).rows, "tr")
    keys = list(Patient.objects.filter(record_number__startswith="T-").order_by("record_number"))
    assert ana.startswith('<tr role="row" data-row="T-1"')
    assert [re.sub(r"<t[dh][^>]*?data-label=\"([^\"]*)\"([^>]*)>", r"\1|\2|", cell) for cell in of(ana, "td")] == [
        "Drawn||<i>Ana &lt;i&gt;</i></td>",
        "Record number||T-1</td>",
        'Gender| data-of="T-1" class="nowrap"|<b>Female</b></td>',
        "Address||none</td>",
        'Born| class="year"|1970</td>',
        'Score| class="num"|7.00 points</td>',
    ]
    assert f'<a href="/patients/{keys[1].pk}/">One &amp; Two</a>' in bo
    assert "Ana &lt;i&gt;</a>" in ana


def test_files_hold_what_the_table_exports(scope):
    table = table_of(Everything, records(), ("name", "gender", "address", "drawn", "score"))
    assert [column.name for column in exported(table)] == ["name", "gender", "address", "drawn", "score"]
    assert plain_rows(table) == [
        ["Ana <i>", "gender Female", None, "Ana &lt;i&gt;", "7.00 points"],
        ["Bo", "gender Male", "One & Two", "Bo", None],
    ]


def shown(request: Any, table_class: Any) -> str:
    rows = Patient.objects.filter(record_number__startswith="T-")
    answer = table_page(request, rows, table_class, PatientFilter, ListPage(**WORDS), sort="-record_number")
    (table,) = of(answer.content.decode(), "table")
    return table


def heads(table: str) -> list[str]:
    found = [re.sub(r"<[^>]*>", "", head).strip() for head in of(table, "th") if "columnheader" in head]
    return [" ".join(head.split()) for head in found]


def test_list_is_a_table_that_its_template_renders(request_):
    table = shown(request_, Everything)
    assert heads(table) == ["Name", "Drawn", "Record number", "Gender", "Address", "Born", "Score"]
    assert re.search(r"<table[^>]*>", table)[0].count("everything") == 1
    assert 'class="table-list cards compact wide"' in table
    assert re.findall(r'aria-sort="(\w+)"', table) == ["descending"]
    assert ("sort-record_number" in table, "sort-drawn" in table) == (True, False)
    assert table.index("T-2") < table.index("T-1")


def test_another_template_shows_the_same_cells(request_):
    """Django-tables2's own, as a page that wants a plain table would name it."""
    table = table_of(PatientTable, records(), ("name", "record_number"))
    text = Template("{% load django_tables2 %}{% render_table table 'django_tables2/table.html' %}").render(
        Context({"table": table, "request": request_})
    )
    assert [re.sub(r"<[^>]*>", "", cell) for cell in of(text, "td")] == ["Ana &lt;i&gt;", "T-1", "Bo", "T-2"]


def test_column_can_be_hidden_before_rendering(request_):
    class Shy(Everything):
        class Meta(Everything.Meta):
            pass

        def before_render(self, request: Any) -> None:
            self.columns.hide("gender")

    table = shown(request_, Shy)
    assert heads(table) == ["Name", "Drawn", "Record number", "Address", "Born", "Score"]
    assert "<b>Female</b>" not in table


def test_class_names_of_a_column_are_the_tables_to_say(scope):
    class Named(Everything):
        def get_column_class_names(self, classes_set: set[str], bound_column: Any) -> set[str]:
            return {*classes_set, f"of-{bound_column.name}"}

    (ana, _) = of(table_parts(table_of(Named, records(), ("name", "record_number", "gender"))).rows, "tr")
    assert re.findall(r'class="([^"]*)"', ana) == ["of-name", "of-record_number", "nowrap of-gender"]


def test_every_table_of_the_product_passes():
    assert [error for error in run_checks() if error.id == "clinic.E001"] == []


def refused(**body: Any) -> list[str]:
    """What the check says of a table with that in its class."""
    body = {"name": LinkColumn(view="patients:detail", accessor="full_name"), **body}
    meta = body.pop("meta", {})
    made = type("Odd", (tables.Table,), {**body, "Meta": type("Meta", (), meta)})
    return [error.msg for error in errors_of(made)]


class Summed(tables.Column):
    def render_footer(self) -> str:
        return "3"


class Ordered(tables.Column):
    def order(self, queryset: Any, is_descending: bool) -> Any:
        return queryset, True


@pytest.mark.parametrize(
    ("body", "what"),
    [
        *(({"meta": {name: value}}, f"Meta.{name}") for name, value in [
            ("order_by", "name"), ("order_by_field", "o"), ("page_field", "p"), ("per_page_field", "n"),
            ("prefix", "x-"), ("per_page", 5), ("empty_text", "None"), ("show_header", False),
            ("pinned_row_attrs", {"class": "x"}),
        ]),
        ({"get_top_pinned_data": lambda self: []}, "get_top_pinned_data()"),
        ({"get_bottom_pinned_data": lambda self: []}, "get_bottom_pinned_data()"),
        ({"order_name": lambda self, queryset, down: (queryset, True)}, "order_name()"),
        ({"odd": Summed()}, "the column odd: a footer"),
        ({"odd": tables.Column(footer="3")}, "the column odd: a footer"),
        ({"odd": Ordered()}, "the column odd: an order() of its own"),
        ({"odd": tables.Column(visible=False)}, "the column odd: visible=False"),
        ({"odd": TextColumn(default="-")}, "the column odd: default"),
        ({"odd": NumberColumn(localize=False)}, "the column odd: localize"),
    ],
)  # fmt: skip
def test_what_lists_do_not_follow_is_refused_by_name(body, what):
    assert refused(**body) == [f"Odd has {what}, which lists do not follow."]


def test_what_lists_follow_is_not_refused():
    assert errors_of(Everything) == []


@pytest.mark.clock("clinic/lists/page/columns.py:local_day")
def test_moment_is_the_day_where_the_clinic_is(clock, scope):
    Patient.objects.update(created_at=clock.moment)
    table = table_of(Moments, Records(list(Patient.objects.order_by("full_name")[:1])))
    (row,) = of(table_parts(table).rows, "tr")
    assert plain_rows(table) == [["Ana <i>", clock.today, None]]
    assert f'title="today">{clock.today.day} ' in row
