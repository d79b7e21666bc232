"""The totals of all of a patient's instruments on one time axis."""

from collections.abc import Sequence
from dataclasses import dataclass

from clinic.assessments.models import Assessment
from clinic.assessments.trend.charts import Chart, Point, chart_of
from clinic.assessments.trend.days import Days
from clinic.assessments.trend.readings import reading_of
from clinic.instruments.catalogue import find_versions
from clinic.instruments.definitions import Definition

HEIGHT = 112  # pixels of an instrument's chart


@dataclass(frozen=True)
class Field:
    """One instrument: its chart, and the same as rows, oldest first."""

    definition: Definition
    chart: Chart
    rows: list[Assessment]


@dataclass(frozen=True)
class TimeAxis:
    fields: list[Field]
    days: Days

    @property
    def words_apart(self) -> bool:
        """Charts that stand under each other have one width."""
        return any(field.chart.words_apart for field in self.fields)


def time_axis(rows: Sequence[Assessment]) -> TimeAxis | None:
    """Place scored assessments, oldest first; None where there is nothing to draw."""
    groups: dict[str, list[Assessment]] = {}
    for row in rows:
        groups.setdefault(row.instrument, []).append(row)
    definitions = find_versions({(each[-1].instrument, each[-1].instrument_version) for each in groups.values()})
    drawn = [(definitions[each[-1].instrument, each[-1].instrument_version], each) for each in groups.values()]
    drawn = [(definition, each) for definition, each in drawn if definition.high != definition.low]
    if not drawn:
        return None
    dates = [row.date for _, each in drawn for row in each]
    days = Days(min(dates), max(dates))
    newest = sorted(drawn, key=lambda pair: pair[1][-1].date, reverse=True)
    charts = [(definition, _chart(definition, each, days), each) for definition, each in newest]
    return TimeAxis([Field(definition, chart, each) for definition, chart, each in charts if chart is not None], days)


def _chart(definition: Definition, rows: Sequence[Assessment], days: Days) -> Chart | None:
    points = [Point(reading_of(row)) for row in rows]
    return chart_of(definition, points, {row.sex for row in rows}, days=days, height=HEIGHT)
