"""A list as a file: exactly what is seen, with the columns, the order, the filters and the search of its page."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import django_tables2 as tables
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from clinic.access import Permission, Request
from clinic.accounts.memberships import restricted_to
from clinic.lists.jobs.bulk import Asked, BulkList, ask, kept_query
from clinic.lists.jobs.spreadsheets import FORMATS, pieces
from clinic.lists.models import Job
from clinic.lists.page.layout import known_columns, layout_of
from clinic.lists.page.rows import Records, file_labels, plain_rows, table_of
from clinic.lists.reading.index_runs import BadList
from clinic.lists.reading.listing import Listing
from clinic.lists.running import keep_file, kept_pieces
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from clinic.ui import errors

BATCH = 2000
# By the ending of a file that a job made; files for analysis are archives.
MEDIA_TYPES = {each.ending: each.media_type for each in FORMATS.values()} | {"zip": "application/zip"}
LONGEST_STREAM = 20_000  # rows: what takes longer is made by the worker, beside everybody who waits for a page


def download(request: Request, bulk: BulkList) -> HttpResponseBase:
    """Answer a list's address with `_export=csv` or `xlsx` by the whole list as a file, streamed.

    An address that the list would refuse is refused here too. Raises PermissionDenied for who may take no files. The
    stream reads after the request's transaction has ended, so each batch of rows has a transaction of its own.
    """
    if Permission.LISTS_EXPORT not in request.permissions:
        raise PermissionDenied
    bulk = bulk.seen_by(request.permissions)
    query = request.GET.copy()
    kind = str(query.pop("_export")[-1])
    try:
        if kind not in FORMATS:
            raise BadList(f"A list can be downloaded as {' or '.join(FORMATS)}.")
        bulk.selected(query.urlencode())
    except BadList as problem:
        return errors.answer(request, 400, "export", str(problem))
    columns = layout_of(request, bulk.key, bulk.table_class).columns
    rows = _values(request.clinic, bulk, query.urlencode(), columns, seen_by=request.seen_by)
    response = StreamingHttpResponse(
        (content for content, _ in pieces(kind, _labels(bulk, columns), rows)), content_type=FORMATS[kind].media_type
    )
    response["Content-Disposition"] = f'attachment; filename="{file_name(bulk, kind)}"'
    return response


def ask_for_long_file(request: Request, bulk: BulkList) -> HttpResponse | None:
    """The page that asks whether the worker is to make the file; None where it is short, or `download` says more.

    Who only reads begins no work: for them every file is streamed.
    """
    query = request.GET.copy()
    kind = str(query.pop("_export")[-1])
    action = next((each for each in bulk.actions if each.name == kind), None)
    if action is None or action.permission not in request.permissions or not request.may_write:
        return None
    columns = layout_of(request, bulk.key, bulk.table_class).columns
    query.pop("columns", None)
    kept = kept_query(query.urlencode())
    try:
        filterset, listing = bulk.selected(kept)
    except BadList:
        return None
    count = listing.count()
    if count <= LONGEST_STREAM:
        return None
    return ask(request, bulk, action, Asked(kept, "", None, count, filterset), shown_columns=",".join(columns))


def keep_export(clinic: Clinic, job: Job, bulk: BulkList, kind: str) -> None:
    """The same file, made by the worker and kept with the job: of all that match, or of the rows that were ticked."""
    columns = known_columns(bulk.table_class, job.parameters["columns"])
    picked = job if job.expected is None else None
    by = restricted_to(job.by_id, clinic)
    rows = _values(clinic, bulk, job.parameters["query"], columns, picked, seen_by=by)
    with clinic_scope(clinic):
        name = file_name(bulk, kind)
    keep_file(clinic, job, name, pieces(kind, _labels(bulk, columns), rows))


def kept_file(request: Request, job: Job) -> HttpResponseBase:
    """The file that a job made, with the digest by which whoever takes it sees that it came whole (RFC 9530)."""
    media_type = MEDIA_TYPES[job.file_name.rpartition(".")[2]]
    response = StreamingHttpResponse(kept_pieces(request.clinic, job), content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{job.file_name}"'
    if job.file_digest:
        response["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(job.file_digest)).decode()}:"
    return response


def _table(bulk: BulkList, columns: Sequence[str], records: Sequence[Any] = ()) -> tables.Table:
    return table_of(bulk.table_class, Records(records), columns)


def _labels(bulk: BulkList, columns: Sequence[str]) -> list[str]:
    return file_labels(_table(bulk, columns))


def file_name(bulk: BulkList, kind: str) -> str:
    return f"{bulk.key}-{timezone.localdate():%Y-%m-%d}.{FORMATS[kind].ending}"


def _values(
    clinic: Clinic,
    bulk: BulkList,
    query: str,
    columns: Sequence[str],
    picked: Job | None = None,
    *,
    seen_by: UUID | None,
) -> Iterator[list[list[Any]]]:
    """The rows in batches, as plain values of their columns; a transaction for each batch."""
    batches: Iterator[list[Any]] | None = None
    while True:
        with clinic_scope(clinic, seen_by=seen_by):
            batches = batches or _batches(bulk, query, picked)
            batch = next(batches, None)
            values = plain_rows(_table(bulk, columns, batch or ()))
        if batch is None:
            return
        yield values


def _batches(bulk: BulkList, query: str, picked: Job | None) -> Iterator[list[Any]]:
    listing = bulk.selected(query).listing
    if picked is not None:
        listing = Listing(listing.queryset.filter(pk__in=picked.items.values("record_id")), listing.grades)
    return listing.batches(BATCH)
