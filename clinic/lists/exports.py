"""A list as a file: exactly what is seen, with the columns, the order, the filters and the search of its page."""

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase, QueryDict, StreamingHttpResponse
from django.utils import timezone

from clinic.access import Request
from clinic.lists.bulk import BulkList
from clinic.lists.jobs import keep_file
from clinic.lists.models import Job
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from clinic.ui import errors
from clinic.ui.layout import known_columns, layout_of
from clinic.ui.lists import BadList, label_of, ordering
from clinic.ui.spreadsheets import FORMATS, pieces

BATCH = 2000


def download(request: Request, bulk: BulkList, table_class: type[tables.Table], *, sort: str) -> HttpResponseBase:
    """Answer a list's address with `_export=csv` or `xlsx` by the whole list as a file, streamed.

    An address that the list would refuse is refused here too. The stream reads after the request's transaction has
    ended, so each batch of rows has a transaction of its own.
    """
    query = request.GET.copy()
    kind = str(query.pop("_export")[-1])
    sort = request.GET.get("sort", sort)
    try:
        if kind not in FORMATS:
            raise BadList(f"A list can be downloaded as {' or '.join(FORMATS)}.")
        bulk.filterset(query.urlencode())
        ordering(table_class, sort)
    except BadList as problem:
        return errors.answer(request, 400, "export", str(problem))
    columns = layout_of(request, bulk.key, table_class).columns
    rows = _values(request.clinic, bulk, table_class, query.urlencode(), columns, sort)
    labels = [label_of(table_class, name) for name in columns]
    response = StreamingHttpResponse(
        (content for content, _ in pieces(kind, labels, rows)), content_type=FORMATS[kind].media_type
    )
    response["Content-Disposition"] = f'attachment; filename="{file_name(bulk, kind)}"'
    return response


def keep_export(
    clinic: Clinic, job: Job, bulk: BulkList, table_class: type[tables.Table], kind: str, *, sort: str
) -> None:
    """The same file, made by the worker and kept with the job: of all that match, or of the rows that were ticked."""
    query = QueryDict(job.parameters["query"])
    columns = known_columns(table_class, job.parameters["columns"])
    picked = job if job.expected is None else None
    rows = _values(clinic, bulk, table_class, query.urlencode(), columns, query.get("sort", sort), picked)
    labels = [label_of(table_class, name) for name in columns]
    keep_file(clinic, job, file_name(bulk, kind), pieces(kind, labels, rows))


def file_name(bulk: BulkList, kind: str) -> str:
    return f"{bulk.key}-{timezone.localdate():%Y-%m-%d}.{FORMATS[kind].ending}"


def value_getter(table_class: type[tables.Table], name: str) -> Callable[[Any], Any]:
    column = table_class.base_columns[name]
    if column.accessor is None:
        column.accessor = tables.A(name)
    get, plain = column.getter(), column.plain
    return lambda record: plain(get(record), record)


def following(queryset: QuerySet[Any], order: Sequence[str], last: Any, size: int) -> list[Any]:
    if last is not None:
        where, same = Q(), Q()
        for term in order:
            name = term.removeprefix("-")
            value = operator.attrgetter(name.replace("__", "."))(last)
            where |= same & Q(**{f"{name}__{'lt' if term.startswith('-') else 'gt'}": value})
            same &= Q(**{name: value})
        queryset = queryset.filter(where)
    return list(queryset.order_by(*order)[:size])


def _values(
    clinic: Clinic,
    bulk: BulkList,
    table_class: type[tables.Table],
    query: str,
    columns: Sequence[str],
    sort: str,
    picked: Job | None = None,
) -> Iterator[list[list[Any]]]:
    """The rows in batches, as plain values of their columns."""
    getters = [value_getter(table_class, name) for name in columns]
    order = ordering(table_class, sort)
    last: Any = None
    while True:
        with clinic_scope(clinic):
            rows = bulk.filterset(query).qs
            if picked is not None:
                rows = rows.filter(pk__in=picked.items.values("record_id"))
            batch = following(rows, order, last, BATCH)
        if not batch:
            return
        last = batch[-1]
        yield [[get(record) for get in getters] for record in batch]
