"""Invented people for demonstrations: names of many languages, put together at random from a seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

FEMALE = (
    "Aisha", "Amelia", "Ana", "Beatriz", "Charlotte", "Chloé", "Eleni", "Esther", "Fatima", "Grace", "Hanna", "Inês",
    "Isla", "Jana", "Katarzyna", "Leila", "Lucía", "Mairéad", "Maria", "Mei", "Nkechi", "Olivia", "Priya", "Renée",
    "Siân", "Sofía", "Thandiwe", "Ursula", "Yuki", "Zoë",
)  # fmt: skip
MALE = (
    "Ahmed", "Andrés", "Arthur", "Ben", "Chidi", "Dafydd", "David", "Émile", "Finn", "George", "Hiroshi", "Ivan",
    "Jack", "Jakub", "João", "José", "Kofi", "Lars", "Liam", "Luca", "Mateo", "Mohammed", "Noah", "Oskar", "Patrick",
    "Raj", "Søren", "Tomás", "Umar", "Wei",
)  # fmt: skip
FAMILY = (
    "Adeyemi", "Ahmed", "Andersen", "Bell", "Brown", "Chen", "Cooper", "Costa", "Davies", "Doyle", "Evans",
    "Fernández", "Fischer", "García", "González", "Green", "Haddad", "Hughes", "Ivanova", "Jones", "Kaur",
    "Kelly", "Khan", "Kowalska", "Lefèvre", "Martin", "Mensah", "Müller", "Nguyen", "Novák", "O'Brien",
    "Okafor", "Patel", "Pereira", "Petrov", "Rossi", "Ruiz", "Santos", "Silva", "Singh", "Smith", "Sørensen",
    "Suzuki", "Taylor", "Thompson", "Walsh", "Wang", "White", "Williams", "Wright", "Yılmaz", "Young",
)  # fmt: skip
WHOLE = (
    ("王芳", "female"), ("李伟", "male"), ("Мария Иванова", "female"), ("Σοφία Παπαδοπούλου", "female"),
    ("أحمد حسن", "male"), ("Suharto", "male"), ("佐藤 健", "male"), ("Nguyễn Thị Mai", "female"),
)  # fmt: skip
STREETS = (
    "Mill Lane",
    "Church Road",
    "Station Road",
    "High Street",
    "Park Avenue",
    "Victoria Road",
    "The Green",
)
TOWNS = ("Riverton", "Hillford", "Ashby", "Marlow", "Kingsbridge")


@dataclass(frozen=True)
class Person:
    """The values of a registration form. `precision` says how well the date of birth is known."""

    full_name: str
    family_name: str
    gender: str
    date_of_birth: date
    precision: str
    phone_number: str
    address: str


def people(random: Random, count: int, *, today: date) -> Iterator[Person]:
    """Draw `count` people with different full names and dates of birth up to `today`; the same for the same seed."""
    seen: set[str] = set()
    while len(seen) < count:
        full_name, family_name, gender = _name(random)
        if full_name.lower() in seen:
            continue
        seen.add(full_name.lower())
        precision = random.choices(("exact", "estimated", "year"), weights=(92, 4, 4))[0]
        born = today - timedelta(days=int(random.triangular(300, 96 * 365, 55 * 365)))
        yield Person(
            full_name=full_name,
            family_name=family_name,
            gender=gender,
            date_of_birth=date(born.year, 1, 1) if precision == "year" else born,
            precision=precision,
            phone_number=f"+442079460{random.randrange(1000):03d}" if random.random() < 0.85 else "",
            address=_address(random) if random.random() < 0.8 else "",
        )


def _name(random: Random) -> tuple[str, str, str]:
    if random.random() < 0.03:
        full_name, gender = random.choice(WHOLE)
        words = full_name.split()
        return full_name, words[-1] if len(words) > 1 else "", gender
    gender = random.choices(("female", "male", "other", "unknown"), weights=(50, 46, 3, 1))[0]
    given = random.choice({"female": FEMALE, "male": MALE}.get(gender, FEMALE + MALE))
    if random.random() < 0.25:
        given += f" {random.choice(FEMALE if gender == 'female' else MALE)}"
    family = random.choice(FAMILY)
    if random.random() < 0.12:
        family += f"{random.choice(('-', ' '))}{random.choice(FAMILY)}"
    return f"{given} {family}", family, gender


def _address(random: Random) -> str:
    town = random.choice(TOWNS)
    return (
        f"{random.randrange(1, 180)} {random.choice(STREETS)}\n{town}\n{town[:2].upper()}{random.randrange(1, 20)} 4XX"
    )
