"""A population of households, drawn from a seed: families that share surname, telephone and address, with twins and
namesakes among them, and 8 % of people registered twice, the second time as people are: married, moved, misspelt."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from clinic.demo.names import name_maker

TODAY = date(2026, 11, 1)
STREETS = (
    "Mill", "Church", "Station", "Park", "Victoria", "Green", "Bridge", "Queen", "Castle", "Orchard", "North", "Chapel",
    "Grange", "Abbey", "Manor",
)  # fmt: skip
KINDS = ("Road", "Street", "Lane", "Avenue", "Close", "Way", "Gardens")
SHORT = {"Road": "Rd", "Street": "St", "Lane": "Ln", "Avenue": "Ave", "Close": "Cl", "Way": "Way", "Gardens": "Gdns"}
TOWNS = [
    f"{first}{last}" for first in ("River", "Hill", "Ash", "Mar", "Kings") for last in ("ton", "ford", "by", "low")
]
NICKNAMES = {"Elizabeth": "Beth", "Robert": "Bob", "William": "Bill", "Margaret": "Peggy", "Susan": "Sue"}
DUPLICATES = 0.08
OPPOSITE = {"female": "male", "male": "female"}
HOSTS = ("mail.test", "post.test", "work.test", "home.test")


@dataclass(frozen=True)
class Registered:
    """A record as it would be typed; `who` and `household` say what is true of it."""

    who: int
    household: int
    given: str
    family: str
    gender: str
    born: date
    precision: str
    phone: str
    address: str
    email: str = ""
    clinical_sex: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.given} {self.family}".strip()


def phone(random: Random) -> str:
    return f"+447{random.randrange(10**9):09d}" if random.random() < 0.7 else f"+4420{random.randrange(10**8):08d}"


def address(random: Random) -> str:
    town = random.randrange(len(TOWNS))
    code = f"{TOWNS[town][:2].upper()}{random.randrange(1, 30)} {random.randrange(10)}{random.choice('ABDEFGHJLN')}X"
    street = f"{random.choice(STREETS)}{random.choice(('', 'wood', 'field', 'ton', 'dale'))} {random.choice(KINDS)}"
    return f"{random.randrange(1, 180)} {street}\n{TOWNS[town]}\n{code}"


def population(seed: int, count: int) -> list[Registered]:
    """`count` records in a random order; those of one `who` are one person."""
    random, people, household = Random(seed), [], 0  # noqa: S311
    name = name_maker(random)
    while len(people) < count / (1 + DUPLICATES):
        household += 1
        people += family(random, name, household, len(people))
    people = people[: round(count / (1 + DUPLICATES))]
    again = [corrupted(random, name, each) for each in random.sample(people, count - len(people))]
    everybody = people + again
    random.shuffle(everybody)
    return everybody


def with_emails(people: list[Registered], seed: int) -> list[Registered]:
    """The same records with e-mail and, of some, a sex for clinical use; drawn by themselves, so the rest stays.

    One household of three has an address for all, which children have anyway. Whoever is registered again gives the
    same one, another, none, or has it written wrong. One of 200 people has another sex for clinical use than gender,
    and goes by it in the second record half of the time.
    """
    random, homes, own, seen = Random(f"{seed} e-mail"), {}, {}, set()  # noqa: S311
    found = []
    for each in people:
        chance = random.random
        if each.household not in homes:
            homes[each.household] = email(random, each.family) if chance() < 0.35 else ""
        if each.who not in own:
            is_child = (TODAY - each.born).days < 16 * 365
            mine = email(random, f"{each.given}.{each.family}") if chance() < 0.6 and not is_child else ""
            own[each.who] = (homes[each.household] or mine, chance() < 0.005 and each.gender in OPPOSITE)
        address, is_another = own[each.who]
        gender, sex = each.gender, OPPOSITE.get(each.gender, "") if is_another else ""
        if not sex and chance() < 0.1 and gender in OPPOSITE:
            sex = gender if chance() < 0.99 else OPPOSITE[gender]
        if each.who in seen:
            draw = chance()
            address = (
                email(random, each.given) if draw < 0.15 else "" if draw < 0.3 else misspelt(random, address)
                if draw < 0.34 else address
            )  # fmt: skip
            if is_another and chance() < 0.5:
                gender, sex = sex or gender, ""
        seen.add(each.who)
        found.append(replace(each, email=address, gender=gender, clinical_sex=sex))
    return found


def email(random: Random, name: str) -> str:
    word = "".join(sign for sign in name.casefold() if sign.isalnum() or sign == ".") or "home"
    return f"{word}{random.choice(('', random.randrange(100)))}@{random.choice(HOSTS)}"


def family(random: Random, name: Callable[[], tuple[str, str, str]], household: int, first: int) -> list[Registered]:
    """A person alone, a couple, or parents with children."""
    chance, home, line = random.random, address(random), phone(random)
    mobile = lambda: line if chance() < 0.55 else phone(random)  # noqa: E731
    full, surname, gender = name()
    birth = TODAY - timedelta(days=int(random.triangular(18, 95, 45) * 365.25))
    found = [_member(random, household, full, surname, gender, birth, mobile(), home)]
    if chance() < 0.4:
        return [replace(found[0], who=first)]
    partner_full, partner_surname, partner_gender = name()
    if chance() < 0.75:
        partner_full, partner_surname = _given(partner_full, partner_surname) + f" {surname}", surname
    near = birth + timedelta(days=int(random.gauss(0, 1200)))
    found.append(
        _member(random, household, partner_full, partner_surname, partner_gender, min(near, TODAY), mobile(), home)
    )
    children, at = random.choice((0, 1, 1, 2, 2, 3)), birth + timedelta(days=int(random.uniform(20, 38) * 365.25))
    for _ in range(children):
        if at > TODAY:
            break
        for _ in range(2 if chance() < 0.03 else 1):
            given = _given(*name()[:2])
            child_gender = random.choice(("female", "male"))
            if chance() < 0.015:
                given, child_gender = found[0].given, found[0].gender
            found.append(_member(random, household, f"{given} {surname}", surname, child_gender, at, mobile(), home))
        at += timedelta(days=int(random.uniform(1.2, 4) * 365.25))
    return [replace(each, who=first + number) for number, each in enumerate(_told_apart(found))]


def _told_apart(members: list[Registered]) -> list[Registered]:
    """Nobody has the name and the birthday of another one of the household."""
    seen, kept = set(), []
    for each in members:
        if (each.given, each.born) not in seen:
            kept.append(each)
        seen.add((each.given, each.born))
    return kept


def _given(full: str, surname: str) -> str:
    return (full.removesuffix(surname).strip() or full.removeprefix(surname).strip() or full).strip()


def _member(
    random: Random, household: int, full: str, surname: str, gender: str, born: date, line: str, home: str
) -> Registered:
    precision = "year" if random.random() < 0.03 else "exact"
    if precision == "year":
        born = born.replace(month=1, day=1)
    shown = "" if random.random() < 0.08 else line
    given = _given(full, surname)
    return Registered(
        0, household, given, surname, gender, born, precision, shown, home if random.random() > 0.06 else ""
    )


def misspelt(random: Random, text: str) -> str:
    if len(text) < 3:
        return text
    at, letter = random.randrange(1, len(text) - 1), random.choice("aeiorstnlm")
    way = random.randrange(4)
    if way == 0:
        return text[:at] + letter + text[at:]
    if way == 1:
        return text[:at] + text[at + 1 :]
    if way == 2:
        return text[:at] + letter + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def wrong_digit(random: Random, born: date) -> date:
    try:
        way = random.randrange(3)
        if way == 0:
            return born.replace(day=max(1, min(28, born.day + random.choice((-1, 1, 10, -10)))))
        if way == 1:
            return born.replace(month=random.randrange(1, 13), day=min(born.day, 28))
        return born.replace(year=born.year + random.choice((-1, 1, -10, 10)), day=min(born.day, 28))
    except ValueError:
        return born


def corrupted(random: Random, name: Callable[[], tuple[str, str, str]], of: Registered) -> Registered:
    """The same person, registered a second time."""
    chance, again = random.random, of
    if of.gender == "female" and chance() < 0.1:
        again = replace(again, family=name()[1] or again.family)
        if chance() < 0.6:
            again = replace(again, address=address(random))
    if chance() < 0.25:
        again = replace(again, address=address(random))
    if chance() < 0.2:
        again = replace(again, phone=phone(random))
    if chance() < 0.1:
        again = replace(again, phone="")
    if chance() < 0.06:
        again = replace(again, given=again.family or again.given, family=again.given if again.family else "")
    if chance() < 0.12:
        again = replace(again, given=misspelt(random, again.given))
    if chance() < 0.12:
        again = replace(again, family=misspelt(random, again.family))
    if chance() < 0.05:
        again = replace(again, given=NICKNAMES.get(again.given, again.given.partition(" ")[0]))
    if of.precision == "exact":
        again = replace(again, **_other_date(random, again))
    if chance() < 0.03:
        again = replace(again, gender="unknown")
    for kind, short in SHORT.items():
        if chance() < 0.3:
            again = replace(again, address=again.address.replace(f" {kind}", f" {short}"))
    if chance() < 0.1:
        again = replace(again, address=misspelt(random, again.address))
    return replace(again, address="" if chance() < 0.1 else again.address)


def _other_date(random: Random, of: Registered) -> dict[str, object]:
    draw = random.random()
    if draw < 0.04:
        return {"born": wrong_digit(random, of.born)}
    if draw < 0.07 and of.born.day <= 12:
        return {"born": of.born.replace(day=of.born.month, month=of.born.day)}
    if draw < 0.09:
        return {"born": of.born.replace(month=1, day=1), "precision": "year"}
    return {}
