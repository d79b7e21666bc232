"""Whatever reads the clock is run by a test that holds it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic.tenancy.scope import clinic_scope
from tests.clock import CLOCKS, TODAY

# Calls that ask the machine or the server's setting what day or time it is, or move between zones.
NOT_CALLED = {
    "deactivate", "datetime.now", "fromtimestamp", "get_current_timezone", "get_default_timezone",
    "make_aware", "make_naive", "override", "strftime", "today", "TruncDate", "TruncDay", "utcfromtimestamp", "utcnow",
}  # fmt: skip
DAY_IN_SQL = re.compile(
    r"\b(CURRENT_DATE|LOCALTIMESTAMP|date_trunc|AT TIME ZONE)\b|::date\b"
    r"|_at__(date|year|month|day|week\w*|quarter|time|hour|minute)\b",
    re.IGNORECASE,
)
# What may, with the reason.
AROUND = {
    "clinic/tenancy/scope.py:override": "the one place where a clinic's zone begins and ends",
    "clinic/tenancy/zones.py:settings.TIME_ZONE": "the zone of clinics for which nobody chose one",
}
ROOT = Path(__file__).resolve().parent.parent
READERS = {"localdate", "localtime", "now"}
# Places that no day and no order of moments depends on, with the reason.
UNTIMED = {
    "clinic/accounts/sessions.py:_open": "leaves out what `find_session` would refuse",
    "clinic/audit/seals.py:seal_trail": "notes a moment that verification only allows an hour around",
    "clinic/assessments/leaving/actions.py:remove_member": "notes a moment that nothing is compared with",
    "clinic/assessments/notes/actions.py:strike_out_note": "notes a moment that nothing is compared with",
    "clinic/binning/actions.py:put_back_patient": "notes a moment that nothing is compared with",
    "clinic/certificate.py:_signed": "is compared by whoever asks the server, and never by us",
    "clinic/merging/taken.py:rename_assessments": "notes a moment that nothing is compared with",
    "clinic/merging/unmerging.py:_put_patient_back": "notes a moment that nothing is compared with",
    "clinic/imports/work/creating.py:create_patients": "notes a moment that nothing is compared with",
    "clinic/imports/work/stages.py:end_writing": "notes a moment that nothing is compared with",
    "clinic/patients/matching/pairs.py:refuse_pair": "notes a moment that nothing is compared with",
    "clinic/patients/passing_on.py:pass_on_patients": "notes a moment that nothing is compared with",
    "clinic/ui/templatetags/parts.py:printed_on": "is read on paper, and nothing is compared with it",
    "clinic/staff/invitations/actions.py:_close": "notes a moment that nothing is compared with",
}


def parsed(pattern: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.glob(pattern)):
        if "migrations" not in path.parts:
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def functions(tree: ast.AST, name: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Every function with its name inside the module, those inside a function as part of it."""
    for node in ast.iter_child_nodes(tree):
        inner = f"{name}.{node.name}".lstrip(".") if isinstance(node, ast.ClassDef | ast.FunctionDef) else name
        if isinstance(node, ast.FunctionDef):
            yield inner, node
        else:
            yield from functions(node, inner)


def called(node: ast.AST) -> set[str]:
    """The names of what is called anywhere in the node, without what they are attributes of."""
    calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
    return {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}


def places() -> set[str]:
    return {
        f"{path}:{name}"
        for path, tree in parsed("clinic/**/*.py")
        for name, node in functions(tree)
        if called(node) & READERS
    }


def named() -> set[str]:
    """The places that the marks of tests name."""
    return {
        argument.value
        for _, tree in parsed("tests/**/*.py")
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "clock"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }


def test_every_place_that_reads_the_clock_is_run_under_the_clock():
    assert sorted(places() - UNTIMED.keys()) == sorted(named())


def test_no_moment_is_cut_to_its_day_in_utc():
    """`.date()` of a moment is a day in the zone the moment happens to be in; `localdate` says the clinic's."""
    found = [path for path, tree in parsed("clinic/**/*.py") if "date" in method_calls(tree)]
    assert (found, method_calls(ast.parse("row.raised_at.date()"))) == ([], {"date"})


def test_nothing_goes_around_the_clinics_zone():
    """Days and times come from `localdate` and `localtime` inside a scope, which puts them into the clinic's zone."""
    found = {f"{path}:{what}" for path, tree in parsed("clinic/**/*.py") for what in around(tree)}
    assert found == AROUND.keys()


@pytest.mark.parametrize(
    "code",
    [
        "date.today()",
        "datetime.now(UTC)",
        "now().strftime('%d')",
        "timezone.override(zone)",
        "settings.TIME_ZONE",
        "make_naive(at)",
        "sql = 'SELECT CURRENT_DATE'",
        "sql = 'SELECT created_at::date'",
        "sql = f'WHERE raised_at AT TIME ZONE {zone}'",
        "rows.filter(created_at__date=day)",
        "rows.values('created_at__year')",
        "TruncDate('created_at')",
        "f'{self.created_at:%Y-%m-%d}'",
    ],
)
def test_what_goes_around_the_clinics_zone_is_found(code):
    assert len(list(around(ast.parse(code)))) == 1


def test_no_template_leaves_the_clinics_zone():
    texts = {path.name: path.read_text() for path in sorted((ROOT / "templates").rglob("*.*"))}
    found = {name for name, text in texts.items() if re.search(r"\{% (now|localtime|timezone|load tz)|\|utc\b", text)}
    assert (len(texts) > 80, found) == (True, set())


def around(tree: ast.AST) -> Iterator[str]:
    """What in a module takes a day or a time in another zone than the active one, or chooses the active one."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=func) if called_as(func) in NOT_CALLED:
                yield called_as(func)
            case ast.Attribute(attr="TIME_ZONE"):
                yield "settings.TIME_ZONE"
            case ast.FormattedValue(value=value, format_spec=ast.JoinedStr() as spec) if "%" in ast.unparse(spec):
                if not (isinstance(value, ast.Call) and called_as(value.func) in ("localdate", "localtime")):
                    yield "a moment as text"
            case ast.Constant(value=str() as text) | ast.keyword(arg=str() as text) if DAY_IN_SQL.search(text):
                yield "a day in SQL"


def called_as(func: ast.expr) -> str:
    """`today` for `date.today`; but `datetime.now`, since `timezone.now` is a moment and no day."""
    if isinstance(func, ast.Attribute):
        of = func.value.id if isinstance(func.value, ast.Name) else ""
        return f"datetime.{func.attr}" if of == "datetime" and func.attr == "now" else func.attr
    return getattr(func, "id", "")


def method_calls(tree: ast.AST) -> set[str]:
    calls = [each.func for each in ast.walk(tree) if isinstance(each, ast.Call)]
    return {call.attr for call in calls if isinstance(call, ast.Attribute)}


def test_clock_says_another_day_at_the_server(clock, riverside):
    import datetime

    from django.utils import timezone

    machine = datetime.date.today()  # noqa: DTZ011
    server = timezone.localdate()
    with clinic_scope(riverside.clinic):
        assert (timezone.localdate(), timezone.now()) == (clock.today, clock.moment)
    assert (server, machine) == (clock.at_server.date(), clock.at_server.date())
    assert server != clock.today
    assert (len(set(TODAY.values())), len(CLOCKS)) == (3, 3)
