"""The results of bench.lists as tables, with the budgets line by line, and as charts of growth."""

from typing import Any, NamedTuple

from bench.growth import drawn
from bench.peers.operations import HEADERS
from bench.server import ROOT, write

Costs = dict[tuple[str, str], dict[str, Any]]
COMPARED = ("first page", "by date of birth", "search gonz", "search m", "search mar", "page jump, deep")
# NetBox 4.6.8 was measured once on the same machine, its fragment's search beside the admin's: 1,349 and 616 ms.
NETBOX = 1349 / 616
SLOW = ("exact count", "page jump, deep")  # asked for on request, and counted row by row
FLOOR = 2  # ms of CPU that the floor's first page takes where the budgets of CPU hold
Budget = tuple[str, str, str, bool]  # what, as measured, the budget, whether it was kept


class Results(NamedTuple):
    """Of each size each subject's costs; the rest is of the largest size. `beside`: readers alone, and with writers.
    `growth` has the p95 of each operation in the smallest clinic and the largest, asked in turn.
    """

    subjects: dict[int, dict[str, Costs]]
    fill_seconds: float
    searching: dict[str, Any]
    completing: dict[str, float]
    starting: dict[str, float]
    beside: list[dict[str, Any]]
    today: dict[str, dict[str, Any]]
    growth: dict[tuple[str, str], tuple[float, float]]

    @property
    def largest(self) -> int:
        return max(self.subjects)

    @property
    def ours(self) -> Costs:
        return self.subjects[self.largest]["ours"]


def cpu(cost: dict[str, Any]) -> float:
    return float(cost["app"] + cost["database"])


def table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def each_operation(results: Results) -> str:
    floor = results.subjects[results.largest]["floor"]
    rows = []
    for (name, kind), cost in results.ours.items():
        few, many = results.growth[name, kind]
        rows.append([
            name, kind, f"{cost['p50']:.2f}", f"{cost['p95']:.2f}", f"{many / few:.2f}", f"{cost['app']:.2f}",
            f"{cost['database']:.2f}", f"{cpu(cost) / cpu(floor[name, kind]):.2f}", str(cost["messages"]),
            str(cost["statements"]), f"{cost['bytes'] / 1024:.1f}, {cost['gzip'] / 1024:.1f}",
        ])  # fmt: skip
    head = [
        "operation", "kind", "p50 ms", "p95 ms", f"p95 to that of {min(results.subjects):,}", "CPU ms, application",
        "CPU ms, PostgreSQL", "CPU to the floor's", "messages", "statements", "KB, gzipped",
    ]  # fmt: skip
    return table(head, rows)


def beside(results: Results) -> str:
    """Ours and the baselines: p50, and the requests that a core answers in a second."""
    rows = []
    for size, subjects in results.subjects.items():
        for subject, costs in subjects.items():
            asked = [each for each in costs if each[0] in COMPARED and (subject, each[1]) != ("floor", "page")]
            kinds = sorted({kind for _, kind in asked})
            for kind in kinds:
                cells = [
                    f"{cost['p50']:,.2f} ({1000 / cpu(cost):,.0f})" if (cost := costs.get((name, kind))) else ""
                    for name in COMPARED
                ]
                sizes = costs["first page", kind]
                rows.append([
                    f"{size:,}", subject, kind, *cells, str(sizes["statements"]),
                    f"{sizes['bytes'] / 1024:.1f}, {sizes['gzip'] / 1024:.1f}",
                ])  # fmt: skip
    return table(["patients", "subject", "kind", *COMPARED, "statements", "KB, gzipped"], rows)


def targets(results: Results) -> str:
    """The budgets, each with what was measured and whether it was kept."""
    parts = (_budgets_of_cpu, _budgets_of_today, _budgets_beside_others, _other_budgets)
    lines = [line for part in parts for line in part(results)]
    return table(["budget", "measured", "at most, or at least", ""],
                 [[name, measured, aim, verdict(kept)] for name, measured, aim, kept in lines])  # fmt: skip


def _floor(results: Results) -> float:
    return cpu(results.subjects[results.largest]["floor"]["first page", "fragment"])


def _budgets_of_cpu(results: Results) -> list[Budget]:
    """CPU as it would be on a machine where the floor's first page takes `FLOOR` ms."""
    floor, lines = _floor(results), []
    for kind, most in (("fragment", 7), ("page", 11)):
        taken = {name: cpu(cost) * FLOOR / floor
                 for (name, each), cost in results.ours.items() if each == kind and name not in SLOW}  # fmt: skip
        worst = max(taken, key=lambda name: taken[name])
        measured = f"{taken['first page']:.1f}; {taken['search gonz']:.1f}; {taken[worst]:.1f} ({worst})"
        name = f"CPU of a {kind}, ms where the floor takes {FLOOR} (here {floor:.2f}): first page; search; the most"
        lines.append(
            (name, measured, f"{most} for the first two", max(taken["first page"], taken["search gonz"]) <= most)
        )
    return lines


def _budgets_of_today(results: Results) -> list[Budget]:
    """Twenty people whose pages ask every 20 seconds ask once a second."""
    page, lines, poll = (results.today[name] for name in ("page", "lines", "poll"))
    app, told = (page["app"] + lines["app"]) * FLOOR / _floor(results), page["messages"] + lines["messages"]
    listed = cpu(results.ours["first page", "page"])
    return [
        (f"Today and its lines: CPU of the application, ms where the floor takes {FLOOR}; messages",
         f"{app:.1f}; {told}", "6; 8", app <= 6 and told <= 8),
        ("Today asked again by 20 people, a second, against a page of a list", f"{cpu(poll) / listed:.2f}x", "1x",
         cpu(poll) < listed),
    ]  # fmt: skip


def _budgets_beside_others(results: Results) -> list[Budget]:
    """p50 of others to ours, in the same run."""
    subjects, ours = results.subjects[results.largest], results.ours
    searched = ours["search gonz", "fragment"]["p50"]
    admin = subjects["admin"]["search gonz", "page"]["p50"] / searched
    tuned = subjects["admin, tuned"]["search gonz", "page"]["p50"] / searched
    first, search = (
        subjects["REST framework"][name, "json"]["p50"] / ours[name, "json"]["p50"]
        for name in ("first page", "search gonz")
    )
    netbox = NETBOX * admin
    return [
        ("p50 of a search, others' to ours: admin; tuned admin; NetBox (its ratio to the admin, as once measured)",
         f"{admin:,.0f}x; {tuned:,.0f}x; {netbox:,.0f}x", "80x; 8x; 30x", admin >= 80 and tuned >= 8 and netbox >= 30),
        ("p50 of JSON, plain REST framework's to ours: first page; search", f"{first:,.0f}x; {search:,.0f}x",
         "20x; 60x", first >= 20 and search >= 60),
    ]  # fmt: skip


def _other_budgets(results: Results) -> list[Budget]:
    ours, here = results.ours, FLOOR / _floor(results)
    lists = {each: cost for each, cost in ours.items() if each[0] not in SLOW}
    slowest = max(lists, key=lambda each: lists[each]["p95"])
    grown = {each: many / few for each, (few, many) in results.growth.items() if each[0] not in SLOW}
    worst = max(grown, key=lambda each: grown[each])
    times, recall = results.searching["times"], results.searching["recall"]
    insert, row = results.searching["insert"], results.searching["row"]
    inserted = insert["patients_patient"] / insert["bare"]
    heaviest = {kind: max(c["gzip"] for (_, k), c in ours.items() if k == kind) / 1024 for kind in ("fragment", "page")}
    rss, cpu_seconds = results.starting["rss"], results.starting["cpu"]
    return [
        (f"p95 of any list, search or worklist; where the floor takes {FLOOR}",
         f"{lists[slowest]['p95']:.1f} ms; {lists[slowest]['p95'] * here:.1f} ({', '.join(slowest)})", "30 ms there",
         lists[slowest]["p95"] * here <= 30),
        (f"p95 against {min(results.subjects):,} patients, asked in turn, but for an exact count and a page jump",
         f"{grown[worst]:.2f}x at most ({', '.join(worst)})", "1.2x", grown[worst] <= 1.2),
        ("SQL of a search: p95 of a random mix of 400; the slowest of the adversarial set",
         f"{times['p95']:.2f} ms (p50 {times['p50']:.2f}, max {times['max']:.1f}); "
         f"{times['adversarial']:.1f} ms ({times['adversarial_text']})", "6; 12 ms",
         times["p95"] <= 6 and times["adversarial"] <= 12),
        ("messages of a fragment; statements, transaction and settings counted each",
         f"{ours['search gonz', 'fragment']['messages']}; {ours['search gonz', 'fragment']['statements']}", "4",
         ours["search gonz", "fragment"]["messages"] <= 4),
        (f"row renderer, where the floor takes {FLOOR}",
         f"{row['shown'] * here:.1f} us of {row['shown_columns']} columns, {row['all'] * here:.1f} of "
         f"{row['all_columns']}", "15 us", row["shown"] * here <= 15),
        ("gzipped, the largest fragment; page", f"{heaviest['fragment']:.1f}; {heaviest['page']:.1f} KB", "5; 10 KB",
         heaviest["fragment"] <= 5 and heaviest["page"] <= 10),
        (f"memory of a worker; start to first answer, where the floor takes {FLOOR}",
         f"{rss:.0f} MB; {cpu_seconds * here:.2f} s of CPU", "100 MB; 1 s", rss <= 100 and cpu_seconds * here <= 1),
        ("an insert against the bare table", f"{inserted:.2f}x", "4x", inserted <= 4),
        ("recall: prefixes; typos of one edit in the first 25", f"{recall['prefixes']:.2%}; {recall['typos']:.1%}",
         "100 %; 95 %", recall["prefixes"] >= 1 and recall["typos"] >= 0.95),
    ]  # fmt: skip


def verdict(kept: bool) -> str:
    return "kept" if kept else "**short**"


def others(results: Results) -> str:

    def taken(cost: dict[str, Any]) -> str:
        return (
            f"p50 {cost['p50']:.1f} ms, p95 {cost['p95']:.1f}; CPU {cost['app']:.1f} in the application, "
            f"{cost['database']:.1f} in PostgreSQL"
        )

    alone, written = results.beside
    filled = f"{results.largest:,} patients and {3 * results.largest:,} assessments"
    lines = [
        ["completing an assessment, PHQ-9 by the API", taken(results.completing)],
        ["the worklist of who is due", taken(results.ours["due", "page"])],
        ["patients by last score, the page", taken(results.ours["by last score, falling", "page"])],
        [f"filling {filled}", f"{results.fill_seconds:.0f} s"],
        ["16 readers alone", f"p50 {alone['p50']:.0f} ms, p95 {alone['p95']:.0f}; {alone['requests']:,} requests, "
         f"{alone['wrong']} not answered"],
        ["16 readers beside 4 writers", f"p50 {written['p50']:.0f} ms, p95 {written['p95']:.0f}, "
         f"{written['p95'] / alone['p95']:.2f} times as much (aim: 2); {written['requests']:,} requests, "
         f"{written['wrong']} not answered, {written['writes']:,} patients registered or renamed"],
        ["memory of a worker that is its own", f"{results.starting['own']:.0f} MB"],
    ]  # fmt: skip
    return table(["besides", ""], lines)


def charts(results: Results) -> list[str]:
    """One SVG for each of these operations; the page's references to them."""
    shown = {"ours": "fragment", "floor": "fragment"}
    references = []
    for name, file in (("search gonz", "search"), ("first page", "first"), ("page jump, deep", "jump")):
        lines: dict[str, dict[int, float]] = {}
        for size, subjects in results.subjects.items():
            for subject, costs in subjects.items():
                if subject in HEADERS:  # as the page, which is drawn
                    continue
                kind = shown.get(subject) or next(kind for _, kind in costs)
                lines.setdefault(subject, {})[size] = costs[name, kind]["p50"]
        path = ROOT / "bench" / "results" / f"lists-{file}.svg"
        path.write_text(drawn(f"{name}: milliseconds (p50) by number of patients", lines))
        references.append(f"![{name}: growth with the number of patients]({path.name})")
    return references


def report(results: Results) -> None:
    where = (
        "Each subject answers in one process, one request after another; CPU is that of the process and of all of "
        "PostgreSQL, whose buffers are a quarter of the machine's memory. A search that is compared is for “gonz”."
    )
    parts = [targets(results), others(results), each_operation(results), beside(results), *charts(results)]
    write("lists", f"Lists of {results.largest:,} patients", where, parts)
