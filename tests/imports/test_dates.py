"""Every way to write a date in figures that our readers take has its order from the column, as the plain one has."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.imports.dates import DateColumn, in_one_order, read_both
from clinic.imports.models import Stage
from clinic.patients.dates import parse_birth_date
from clinic.text.dates import written
from tests.imports.sending import checked, faults

WAYS = (
    "{}/{}/{}", "{}-{}-{}", "{}.{}.{}", "{} / {} / {}", "{} {} {}", "{}{}{}", "{}/{}/{}.", "~{}/{}/{}", "c. {}.{}.{}",
    "about {}/{}/{}", "{}/{}/{}?", "{}/{}/{} (approx)", "Mon, {}/{}/{}", "Saturday {}-{}-{}", "{}/{}/{} 0:00",
    "{}/{}/{} 12:00 AM", "{}/{}/{}T00:00:00Z",  "\u200e{}\u2011{}\u2011{}",
)  # fmt: skip
DAYS = st.dates(date(1930, 1, 1), date(2020, 1, 1))
HEAD = "Full name,Date of birth,Gender"


def in_figures(way: str, day: date, order: str) -> str:
    figures = (day.day, day.month) if order == "day" else (day.month, day.day)
    return way.format(*(f"{figure:02}" for figure in figures), day.year)


@given(day=DAYS, way=st.sampled_from(WAYS), order=st.sampled_from(["day", "month"]))
def test_every_way_to_write_a_date_has_the_order_of_its_column(day, way, order):
    assert parse_birth_date(in_one_order(in_figures(way, day, order), order, serials=False))[0] == day


@given(day=DAYS, way=st.sampled_from(WAYS), order=st.sampled_from(["day", "month"]))
def test_every_way_to_write_a_date_tells_the_order_or_asks(day, way, order):
    column = DateColumn()
    column.look(in_figures(way, day, order))
    is_asked = day.day <= 12 and day.day != day.month
    assert column.order() == ("" if is_asked else order if day.day > 12 else "day")


@given(day=DAYS.filter(lambda day: day.day <= 12), way=st.sampled_from(WAYS), order=st.sampled_from(["day", "month"]))
def test_what_is_asked_about_is_shown_both_ways(day, way, order):
    column = DateColumn()
    column.look(in_figures(way, day, order))
    assert [read_both(text)[order] for text in column.either] == ([written(day)] if day.day != day.month else [])


@pytest.mark.parametrize("born", ["00/05/1980", "05/00/1980", "01/02/0000", "00051980", "00/00/0000"])
def test_figure_of_noughts_is_a_fault_of_its_row_alone(riverside, owner, born):
    batch = checked(owner, riverside, f"{HEAD}\nAna Bell,{born},F\nBo Cole,1980,M\n")
    assert [(row, column) for row, column, _ in faults(riverside, batch)] == [(2, "Date of birth")]


@pytest.mark.parametrize("born", ["03041961", "~3/4/1961", "03/04/1961.", '"Mon, 03/04/1961"'])
def test_order_is_asked_however_the_date_is_written(riverside, owner, born):
    assert checked(owner, riverside, f"{HEAD}\nAna Bell,{born},F\n").stage == Stage.ASKING
