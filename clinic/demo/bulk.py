"""The rows of a filled clinic as text for COPY; the same for the same seed and day."""

import json
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models

from clinic.assessments.models import AssessmentType
from clinic.demo.assessments import SCHEMES, invented_assessment
from clinic.demo.names import name_maker
from clinic.demo.people import STREETS, TOWNS

PATIENT_COLUMNS = (
    "id", "user_id", "full_name", "family_name", "preferred_name", "gender", "date_of_birth",
    "date_of_birth_precision", "phone_number", "second_phone_number", "address", "record_number", "archived_at",
    "created_at", "updated_at", "version", "last_instrument", "last_score", "last_band", "last_severity",
    "last_change", "last_assessed_on", "recent_scores", "next_due_on", "open_alerts", "worst_severity",
)  # fmt: skip
ASSESSMENT_COLUMNS = (
    "id", "patient_id", "user_id", "name", "type", "date", "questions", "score", "archived_at", "created_at",
    "updated_at", "version",
)  # fmt: skip
RESULT_COLUMNS = (
    "patient_id",
    "instrument_id",
    "score",
    "band",
    "severity",
    "change",
    "assessed_on",
    "recent_scores",
)
PREFERRED = (
    "Abby", "Alex", "Annie", "Bea", "Bill", "Charlie", "Dan", "Edu", "Ellie", "Fran", "Gabi", "Harry", "Izzy", "Jo",
    "Kate", "Leo", "Lili", "Manu", "Mary Ann", "Max", "Nacho", "Nell", "Pepe", "Rosie", "Sam", "Tess", "Toni", "Vera",
    "Will", "Zuzu",
)  # fmt: skip
BANDS = ("Minimal", "Mild", "Moderate", "High", "Very high")
PHONES = ("+4477", "+4420794", "+44161", "+346", "+336", "+4915", "+1415555", "+3538")
LENGTHS = {"+44": 13, "+34": 12, "+33": 12, "+49": 14, "+14": 12, "+35": 13}
UUID_BITS, UUID_MARK = 0xF << 76 | 0x3 << 62, 0x4 << 76 | 0x2 << 62  # where a UUID says that it is a random one
VARIANTS = 240  # invented assessments that rows repeat


class AssessmentPattern(NamedTuple):
    """An assessment that many rows repeat: questions as JSON, score, and the score as a share of the highest."""

    type: str
    label: str
    questions: str
    score: int
    share: float

    @property
    def severity(self) -> int:
        return min(4, int(self.share * 5))


def other_columns(model: type[models.Model], columns: Sequence[str]) -> tuple[list[str], str]:
    """The columns of the model that are not drawn, and the text of their defaults behind each row."""
    drawn = {*columns, *(field.column for field in model._meta.concrete_fields if has_own_value(field))}
    others = [field for field in model._meta.concrete_fields if field.column not in drawn]
    return [str(field.column) for field in others], "".join(f"\t{field.get_default()}" for field in others)


def has_own_value(field: models.Field[Any, Any]) -> bool:
    """Whether the database fills the field, or leaves it empty."""
    return field.generated or field.null or field.has_db_default() or isinstance(field, models.AutoField)


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def invented_patterns(random: Random) -> list[AssessmentPattern]:
    """Invent patterns, sorted by type and share, so that neighbours are alike."""
    made = []
    for _ in range(VARIANTS):
        one = invented_assessment(random)
        questions, answers = SCHEMES[one.type]
        share = one.score / (len(questions) * (len(answers) - 1))
        text = escaped(json.dumps(one.questions, ensure_ascii=False))
        made.append(AssessmentPattern(one.type, AssessmentType(one.type).label, text, one.score, round(share, 3)))
    return sorted(made)


@dataclass
class Clinicful:
    """The contents of a filled clinic. Draw `patients` first, then their `assessments`, each once."""

    seed: int
    patient_count: int
    assessment_count: int
    practitioners: list[UUID]
    first_number: int
    taken: set[str]
    today: date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311
        self.preferring = Random(f"{self.seed} preferred")  # noqa: S311  # its own, so that the rest stays as it is
        self.patterns = invented_patterns(self.random)
        self.by_type = {kind: [n for n, each in enumerate(self.patterns) if each.type == kind] for kind in SCHEMES}
        self.keys: list[bytes] = []
        self.whose, self.each = array("H"), array("B")
        self.days, self.drawn = array("H"), array("H")
        self.name = name_maker(self.random)
        self.beside = Random(f"{self.seed} beside")  # noqa: S311  # its own, as above
        self.second, self.second_days = array("h"), array("H")  # the result of another type, by its pattern, or -1

    def identifier(self) -> bytes:
        """The sixteen bytes of a random UUID."""
        return (self.random.getrandbits(128) & ~UUID_BITS | UUID_MARK).to_bytes(16)

    def full_name(self, practitioner: int) -> tuple[str, str, str]:
        """Draw a name that no other patient of the practitioner has. A second one of a name gets another given name."""
        full, family, gender = self.name()
        while (key := f"{practitioner} {full.lower()}") in self.taken:
            other, its_family, _ = self.name()
            given = other.removesuffix(its_family).strip().partition(" ")[0]
            if family and given and full.endswith(f" {family}"):
                full = f"{full[: -len(family)]}{given} {family}"
            else:
                full, family, gender = self.name()
        self.taken.add(key)
        return full, family, gender

    def patients(self) -> Iterator[str]:
        random, chance = self.random, self.random.random
        for number in range(self.patient_count):
            practitioner = int(chance() ** 1.5 * len(self.practitioners))
            full, family, gender = self.full_name(practitioner)
            lived = int(random.triangular(100, 97 * 365, 50 * 365))
            born = self.today - timedelta(days=lived)
            draw = chance()
            precision = "exact" if draw < 0.93 else "estimated" if draw < 0.965 else "year"
            if precision == "year":
                born = born.replace(month=1, day=1)
            registered = self.today - timedelta(days=int(chance() * min(lived, 3000)))
            created = str(datetime.combine(registered, time(8 + int(chance() * 10), int(chance() * 60)), self.zone))
            archived = created if chance() < 0.04 else "\\N"
            key = self.identifier()
            self.keys.append(key)
            self.whose.append(practitioner)
            yield "\t".join((
                key.hex(), str(self.practitioners[practitioner]), full, family, self.preferred_name(), gender,
                str(born), precision,
                self.phone() if chance() < 0.88 else "", self.phone() if chance() < 0.15 else "",
                self.address() if chance() < 0.8 else "", f"P-{self.first_number + number:06d}", archived, created,
                created, "1", *self.latest_results(self.draw_assessments(number, lived)), self.worst(),
            )) + "\n"  # fmt: skip

    def preferred_name(self) -> str:
        """One of fifteen likes to be called by another name."""
        return self.preferring.choice(PREFERRED) if self.preferring.random() < 1 / 15 else "\\N"

    def phone(self) -> str:
        start = PHONES[int(self.random.random() ** 1.7 * len(PHONES))]
        missing = LENGTHS[start[:3]] - len(start)
        return f"{start}{int(self.random.random() * 10**missing):0{missing}d}"

    def address(self) -> str:
        chance = self.random.random
        town = TOWNS[int(chance() * len(TOWNS))]
        return f"{1 + int(chance() * 180)} {STREETS[int(chance() * len(STREETS))]}\\n{town}"

    def draw_assessments(self, number: int, lived: int) -> list[tuple[int, int]]:
        """Draw a patient's assessments as (days ago, pattern), oldest first; all patients' come to the wanted count."""
        chance = self.random.random
        left, patients = self.assessment_count - len(self.days), self.patient_count - number
        count = (
            left if patients == 1 else int(left / patients * (0, 0.4, 0.7, 1, 1.3, 2.6)[int(chance() * 6)] + chance())
        )
        count = min(count, left, 250)
        kinds = list(self.by_type)
        kind = self.by_type[kinds[int(chance() * len(kinds))]]
        place, days = chance(), sorted((int(chance() * min(lived, 1500)) for _ in range(count)), reverse=True)
        made = []
        for day in days:
            place = min(0.999, max(0.0, place + (chance() - 0.55) * 0.3))
            made.append((day, kind[int(place * len(kind))]))
        self.each.append(count)
        self.days.extend(day for day, _ in made)
        self.drawn.extend(which for _, which in made)
        return made

    def latest_results(self, drawn: list[tuple[int, int]]) -> tuple[str, ...]:
        """The patient's latest results as the columns from `last_instrument` on."""
        self.draw_second(drawn)
        if not drawn:
            return ("", "\\N", "", "\\N", "\\N", "\\N", "[]", "\\N", "0")
        ago, severity = drawn[-1][0], self.patterns[drawn[-1][1]].severity
        due = self.today + timedelta(days=90 - ago) if ago < 120 else None
        alerts = "1" if severity == 4 and ago < 200 else "0"
        instrument, score, band, _, change, assessed, recent = self.result(drawn)
        return (
            instrument, score, band, str(severity), change, assessed, recent, str(due) if due else "\\N", alerts,
        )  # fmt: skip

    def result(self, drawn: Sequence[tuple[int, int]]) -> tuple[str, ...]:
        """The latest result of some assessments of one type, from its instrument to the recent scores."""
        last = self.patterns[drawn[-1][1]]
        change = str(last.score - self.patterns[drawn[-2][1]].score) if len(drawn) > 1 else "\\N"
        recent = ", ".join(str(self.patterns[which].share) for _, which in drawn[-12:])
        assessed = self.today - timedelta(days=drawn[-1][0])
        return (
            last.type, str(last.score), BANDS[last.severity], str(last.severity), change, str(assessed), f"[{recent}]"
        )  # fmt: skip

    def draw_second(self, drawn: list[tuple[int, int]]) -> None:
        """One of three who were assessed has an older result of another type."""
        which, ago = -1, 0
        if drawn and self.beside.random() < 1 / 3:
            mine = self.patterns[drawn[-1][1]].type
            others = [kind for kind in self.by_type if kind != mine]
            which, ago = self.beside.choice(self.by_type[self.beside.choice(others)]), drawn[0][0]
        self.second.append(which)
        self.second_days.append(ago)

    def worst(self) -> str:
        """The worst severity of the patient that was drawn last."""
        found = [self.patterns[which].severity for which in (self.second[-1],) if which >= 0]
        if self.each[-1]:
            found.append(self.patterns[self.drawn[-1]].severity)
        return str(max(found)) if found else "\\N"

    @property
    def result_count(self) -> int:
        return sum(map(bool, self.each)) + sum(which >= 0 for which in self.second)

    def results(self) -> Iterator[str]:
        """The rows of the latest results of the drawn patients."""
        at = 0
        for patient, count, second, ago in zip(self.keys, self.each, self.second, self.second_days, strict=True):
            if count:
                mine = list(zip(self.days[at : at + count], self.drawn[at : at + count], strict=True))
                yield "\t".join((patient.hex(), *self.result(mine))) + "\n"
            if second >= 0:
                yield "\t".join((patient.hex(), *self.result([(ago, second)]))) + "\n"
            at += count

    def assessments(self) -> Iterator[str]:
        """The rows of the assessments of the drawn patients."""
        at = 0
        for patient, practitioner, count in zip(self.keys, self.whose, self.each, strict=True):
            names: dict[str, int] = {}
            start = f"{patient.hex()}\t{self.practitioners[practitioner]}"
            for days, which in zip(self.days[at : at + count], self.drawn[at : at + count], strict=True):
                one, day = self.patterns[which], self.today - timedelta(days=days)
                name = f"{one.label} · {day}"
                names[name] = names.get(name, 0) + 1
                if names[name] > 1:
                    name = f"{name} ({names[name]})"
                noted = f"{day} 12:00:00+00"
                archived = noted if self.random.random() < 0.01 else "\\N"
                yield (
                    f"{self.identifier().hex()}\t{start}\t{name}\t{one.type}\t{day}\t{one.questions}\t"
                    f"{one.score}\t{archived}\t{noted}\t{noted}\t1\n"
                )
            at += count
