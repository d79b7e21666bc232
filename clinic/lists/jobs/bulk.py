"""Beginning work on many rows of a list: which rows are meant, and that the person was told how many."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

import django_tables2 as tables
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django_filters import FilterSet

from clinic.access import Permission, Request
from clinic.accounts.factors.confirmation import unconfirmed_file
from clinic.lists.actions import begin_job
from clinic.lists.models import FILES_KEPT, Job
from clinic.lists.page.addresses import PAGING, address_of
from clinic.lists.page.bulk_action import BulkAction
from clinic.lists.page.filters import active_chips, all_parameters, errors_of, refuse_unknown
from clinic.lists.page.layout import known_columns
from clinic.lists.page.list_page import counted
from clinic.lists.page.narrowing import listing_of
from clinic.lists.page.permitted import hidden, needed, permitted_filters, permitted_table
from clinic.lists.page.rows import Records, plain_rows, table_of
from clinic.lists.page.sorting import ordering
from clinic.lists.reading.index_runs import BadList, Sql
from clinic.lists.reading.listing import Listing
from clinic.ui import errors

MOST_PICKED = 1000
LONGEST_QUERY = 2000
# What of a list's address says how it is shown, not which rows it holds.
SHOWN = (*PAGING, "per_page", "view", "csrfmiddlewaretoken")


@dataclass(frozen=True)
class BulkList:
    """A list that people lay out, save views of and take as a file; with `actions` many rows are worked on at once.

    `permission` is what its page takes; a column, filter or action may take more. `rows` are those of the clinic,
    before any filter. The view of work on ticked rows is called `<key>:bulk`.
    `record_view` names the page of a row, where a job has something to say of it.
    """

    key: str
    noun: str
    noun_plural: str
    list_url: str
    rows: Callable[[], QuerySet[Any]]
    table_class: type[tables.Table]
    sort: str
    filterset_class: type[FilterSet]
    permission: Permission
    actions: tuple[BulkAction, ...] = ()
    record_view: str = ""
    how_to_save: str = "Narrow and sort the list, then save it here."

    def seen_by(self, permissions: frozenset[Permission]) -> "BulkList":
        """The list with what somebody of these permissions may see."""
        table: Any = self.table_class
        filters: Any = self.filterset_class
        return replace(
            self,
            table_class=permitted_table(table, permissions),
            filterset_class=permitted_filters(filters, permissions),
        )

    def selected(self, query: str) -> "Selected":
        """The rows that an address selects; raises BadList where the list would refuse it."""
        parameters = QueryDict(query, mutable=True)
        for name in (*SHOWN, "columns"):
            parameters.pop(name, None)
        sort = parameters.pop("sort", [self.sort])[-1]
        filterset = self.filterset_class(parameters, queryset=self.rows())
        refuse_unknown(parameters, filterset, ())
        if problems := errors_of(filterset):
            raise BadList("\n".join(problems))
        terms = ordering(self.table_class, sort)
        return Selected(filterset, listing_of(filterset, terms, sorted_by_choice="sort" in QueryDict(query)))

    def named(self, keys: Sequence[UUID]) -> list[tuple[UUID, str]]:
        """Those of these keys that whoever asks sees, in their order, each with what the first column says of it."""
        records = sorted(self.rows().filter(pk__in=keys), key=lambda record: keys.index(record.pk))
        table: Any = self.table_class
        rows = plain_rows(table_of(table, Records(records), [next(iter(table.base_columns))]))
        return [(record.pk, str(row[0])) for record, row in zip(records, rows, strict=True)]

    @property
    def parameters(self) -> dict[str, list[str]]:
        """Each filter's name with the parameters that it reads."""
        filterset_class: Any = self.filterset_class
        return all_parameters(filterset_class)

    def needed(self, query: str, columns: Iterable[str]) -> set[Permission]:
        """What it takes to see these columns of the rows that an address selects."""
        given = QueryDict(query)
        names = [*columns, _sorted_by(given, self.sort)]
        filters = [name for name, read in self.parameters.items() if set(read) & set(given)]
        return {self.permission} | needed(self.table_class, names) | needed(self.filterset_class, filters)

    def permitted_query(self, query: str, permissions: frozenset[Permission]) -> str:
        """An address without what somebody of these permissions may not see."""
        given = QueryDict(query, mutable=True)
        columns = hidden(self.table_class, permissions)
        for name in hidden(self.filterset_class, permissions):
            for parameter in self.parameters[name]:
                given.pop(parameter, None)
        if _sorted_by(given) in columns:
            del given["sort"]
        if "columns" in given:
            given["columns"] = ",".join([name for name in str(given["columns"]).split(",") if name not in columns])
        return query if given == QueryDict(query) else given.urlencode()

    def matching(self, job: Job) -> Sql:
        """The keys of the rows that a job's address selects, as one statement."""
        return self.selected(job.parameters["query"]).listing.keys_sql()


@dataclass(frozen=True)
class SavedPage:
    """A page of filters that is no list, whose address people save as a view; it answers for what an address asks."""

    key: str
    list_url: str
    permission: Permission
    how_to_save: str

    def permitted_query(self, query: str, permissions: frozenset[Permission]) -> str:
        return query


class Selected(NamedTuple):
    """A valid address of a list: its filters, and its rows in their order."""

    filterset: FilterSet
    listing: Listing


def _sorted_by(given: QueryDict, otherwise: str = "") -> str:
    """The column that an address sorts by."""
    return str(given.get("sort", otherwise)).removeprefix("-")


def kept_query(text: str) -> str:
    """An address's parameters without those that only place the reader in the list."""
    parameters = QueryDict(text, mutable=True)
    for name in SHOWN:
        parameters.pop(name, None)
    return parameters.urlencode()


def begin(request: Request, bulk: BulkList) -> HttpResponse:
    """Answer the form over a list: begin the job, or first ask what is still to be said.

    "All that match" begins only when the person was told how many that are, and as many match now.
    """
    action = next((action for action in bulk.actions if action.name == request.POST.get("do")), None)
    if action is None:
        return _refused(request, "Choose what to do with the selected rows.")
    if action.permission not in request.permissions:
        raise PermissionDenied
    if action.permission == Permission.LISTS_EXPORT and (refusal := unconfirmed_file(request, bulk.list_url)):
        return refusal
    bulk = bulk.seen_by(request.permissions)
    try:
        asked = _asked(request, bulk, action)
    except BadList as problem:
        return _refused(request, str(problem))
    if (action.choices and not asked.value) or (asked.ids is None and request.POST.get("expected") != str(asked.count)):
        return ask(request, bulk, action, asked, shown_columns=request.POST.get("shown_columns", ""))
    job = begin_job(
        by=request.actor,
        ids=asked.ids,
        list=bulk.key,
        label=action.sentence.format(count=counted(asked.count, bulk)),
        work=action.work,
        undo_work=action.undo_work,
        expected=asked.count if asked.ids is None else None,
        parameters=_parameters(request, bulk, action, asked),
    )
    return redirect("lists:job", job.pk)


def _parameters(request: Request, bulk: BulkList, action: BulkAction, asked: "Asked") -> dict[str, Any]:
    """What the job is told: what to do, and all that it takes to do it and to see what is in its file."""
    columns = known_columns(bulk.table_class, request.POST.get("shown_columns", "").split(","))
    in_file = columns if action.permission == Permission.LISTS_EXPORT else ()
    return {
        "query": asked.query,
        "value": asked.value,
        "permission": action.permission.value,
        "needs": sorted(bulk.needed(asked.query, in_file)),
        "columns": columns,
    }


@dataclass(frozen=True)
class Asked:
    """What the form over a list said; `ids` is None for all that match `query`."""

    query: str
    value: str
    ids: list[UUID] | None
    count: int
    filterset: FilterSet


def _asked(request: Request, bulk: BulkList, action: BulkAction) -> Asked:
    query = kept_query(request.POST.get("query", "")[:LONGEST_QUERY])
    selected = bulk.selected(query)
    ids = None if request.POST.get("scope") == "all" else _picked(request)
    count = selected.listing.count() if ids is None else len(ids)
    return Asked(query, _chosen_value(request, action), ids, count, selected.filterset)


def _refused(request: Request, message: str) -> HttpResponse:
    return errors.answer(request, 400, "bulk", f"{message} Nothing was changed; go back to the list.")


def _picked(request: Request) -> list[UUID]:
    texts = list(dict.fromkeys(request.POST.getlist("id")))
    if not texts:
        raise BadList("No row is ticked.")
    if len(texts) > MOST_PICKED:
        raise BadList(f"At most {MOST_PICKED} rows can be picked one by one.")
    try:
        return list(dict.fromkeys(UUID(text) for text in texts))
    except ValueError as error:
        raise BadList("A ticked row could not be read.") from error


def _chosen_value(request: Request, action: BulkAction) -> str:
    value = request.POST.get("value", "")
    if value and value not in [key for key, _ in (action.choices(request.actor.id) if action.choices else ())]:
        raise BadList(f"{action.question} That cannot be chosen.")
    return value


def ask(request: Request, bulk: BulkList, action: BulkAction, asked: Asked, *, shown_columns: str) -> HttpResponse:
    """The page that says what is meant, and asks for what the action needs."""
    hidden = [
        ("do", action.name),
        ("query", asked.query),
        ("shown_columns", shown_columns),
        *([("id", str(id)) for id in asked.ids] if asked.ids is not None else []),
        *([("scope", "all"), ("expected", str(asked.count))] if asked.ids is None else []),
    ]
    choices = action.choices(request.actor.id) if action.choices else ()
    lacking = action.without if action.choices and not choices else ""
    context = {
        "action": action,
        "address": address_of(f"{bulk.key}:bulk"),
        "is_file": action.permission == Permission.LISTS_EXPORT,
        "days": FILES_KEPT.days,
        "heading": action.sentence.format(count=counted(asked.count, bulk)),
        "count_text": counted(asked.count, bulk),
        "noun_plural": bulk.noun_plural,
        "is_all": asked.ids is None,
        "changed_meanwhile": "expected" in request.POST,
        "chips": active_chips(request, asked.filterset),
        "q": QueryDict(asked.query).get("q", ""),
        "choices": choices,
        "lacking": lacking if asked.count else f"There are no {bulk.noun_plural} to do it with.",
        "value": asked.value,
        "hidden": hidden,
        "list_url": f"{bulk.list_url}?{asked.query}" if asked.query else bulk.list_url,
    }
    return render(request, "lists/bulk_confirm.html", context)
