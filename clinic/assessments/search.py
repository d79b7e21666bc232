"""Looking for assessments in one box: by their own name, and by whatever finds their patient."""

from clinic.assessments.of_patients import search_for_patients
from clinic.lists.reading.grades import Grade
from clinic.lists.reading.index_runs import ROWS, DrivingTable, IndexRun, Sql, either
from clinic.lists.reading.selection import Search
from clinic.patients.search.conditions import KEY as PATIENT_KEY
from clinic.patients.search.conditions import T as PATIENTS
from clinic.patients.search.conditions import begins, key_of
from clinic.patients.search.grades import RunMaker
from clinic.patients.search.typed import words_of

T = '"assessments_assessment"'
NAME, KEY, PATIENT = f"{T}.search_name", f"{T}.id", f"{T}.patient_id"
NEWEST = (f"{T}.date", f"{T}.listed_at", KEY)


def search_for_assessments(text: str) -> Search | None:
    """How to look for `text`; None where nothing is asked, a search without grades where it has no letter or digit."""
    patients = search_for_patients(text)
    if patients is None or not patients.grades:
        return patients
    maker = RunMaker()
    whole = " ".join(words_of(text))
    own = maker.add(begins(NAME, whole, function="letters_key"), (NAME, KEY), descending=True)
    grades = [Grade((own,), more=True)]
    for grade in patients.grades:
        more = tuple((number, _of_all(maker, runs)) for number, runs in grade.if_fewer)
        grades.append(Grade(_of_all(maker, grade.runs), more, grade.more))
    maker.leave_out(_of_any(patients.possible()))
    keys = [key_of(word, "letters_key") for word in words_of(text)]
    words = [Sql(f"{NAME} LIKE '%%' || {key.text} || '%%'", key.params) for key in keys]
    within = maker.add(
        Sql(" AND ".join(word.text for word in words), tuple(word.params[0] for word in words)), NEWEST, descending=True
    )
    grades[-1] = grades[-1]._replace(runs=(*grades[-1].runs, within))
    own_name, possible, own_words = maker.conditions
    certain = _of_any(patients.certain())
    return Search(
        tuple(grades),
        lambda: either([own_name, certain, own_words]),
        lambda: either([own_name, possible, own_words]),
    )


def _of_any(patients: Sql) -> Sql:
    """The assessments of the patients for whom the condition holds."""
    whose = f"EXISTS (SELECT FROM {PATIENTS} WHERE {PATIENT_KEY} = {PATIENT} AND {patients.text})"
    return Sql(whose, patients.params)


def _of_all(maker: RunMaker, found: tuple[IndexRun, ...]) -> tuple[IndexRun, ...]:
    return tuple(_of_patients(maker, run) for run in found)


def _of_patients(maker: RunMaker, found: IndexRun) -> IndexRun:
    """The assessments of the patients of one run, patient by patient, the newest first."""
    keys = ", ".join(f"{key} AS k{number}" for number, key in enumerate(found.order))
    driving, params = "", found.where.params
    if found.driving is not None:
        source = found.driving.source
        inner = source.text.replace("@rows@", f" FROM {PATIENTS} WHERE")
        driving = f" AND {found.driving.bind}"
        tables = f"({inner}) w, {PATIENTS}"
        params = (*(param for param in source.params if param is not ROWS), *params)
    else:
        tables = PATIENTS
    text = f"SELECT {keys}, {found.reason.text} AS reason FROM {tables} WHERE {found.where.text}{driving}"
    names = [f"k{number}" for number in range(len(found.order))]
    own = tuple(f"(SELECT {key} FROM {PATIENTS} WHERE {PATIENT_KEY} = {PATIENT})" for key in found.order)
    return IndexRun(
        order=NEWEST,
        where=maker.left(),
        descending=True,
        reason=Sql("w.reason"),
        told=None if found.told is None else _of_any(found.told),
        driving=DrivingTable(
            source=Sql(text, (*found.reason.params, *params)),
            keys=tuple(f"w.{name}" for name in names),
            bind=f"{PATIENT} = w.{names[-1]}",
            own_keys=own,
            upwards=True,
        ),
    )
