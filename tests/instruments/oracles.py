"""What each instrument's publication says, written from it and sharing nothing with the engine that is tested.

Every function takes answers by item code and gives the total and the word of the band, None where there is none.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

Responses = Mapping[str, Any]
Outcome = tuple[int, str | None]
TWO_WEEKS = (0, 1, 2, 3)


def phq9(answers: Responses, sex: str, age: int | None) -> Outcome:
    """Kroenke 2001, table 4: 0-4, 5-9, 10-14, 15-19, 20-27; the difficulty question adds nothing."""
    total = sum(answers[str(number)] for number in range(1, 10))
    if total < 5:
        return total, "Minimal"
    if total < 10:
        return total, "Mild"
    if total < 15:
        return total, "Moderate"
    return total, "Moderately severe" if total < 20 else "Severe"


def gad7(answers: Responses, sex: str, age: int | None) -> Outcome:
    """Spitzer 2006: cut points 5, 10 and 15."""
    total = sum(answers[str(number)] for number in range(1, 8))
    return total, ["Minimal", "Mild", "Moderate", "Severe"][(total >= 5) + (total >= 10) + (total >= 15)]


def two_items(answers: Responses, sex: str, age: int | None) -> Outcome:
    """PHQ-2 (Kroenke 2003) and GAD-2 (Kroenke 2007): positive from 3."""
    total = answers["1"] + answers["2"]
    return total, "Positive screen" if total > 2 else "Negative screen"


def phq15(answers: Responses, sex: str, age: int | None) -> Outcome:
    """Kroenke 2002: 5, 10 and 15 are low, medium and high; men are not asked item 4."""
    total = sum(answers[str(number)] for number in range(1, 16) if number != 4 or sex != "male")
    return total, ["Minimal", "Low", "Medium", "High"][min(total // 5, 3)]


def audit_c(answers: Responses, sex: str, age: int | None) -> Outcome:
    """Bush 1998 and Bradley 2003: positive from 4 in men, from 3 in women. Who never drinks is not asked how much."""
    total = 0 if answers["1"] == 0 else answers["1"] + answers["2"] + answers["3"]
    positive = {threshold for threshold in (3, 4) if total >= threshold}
    if sex in ("female", "male"):
        return total, "Positive screen" if {"female": 3, "male": 4}[sex] in positive else "Negative screen"
    if len(positive) == 1:
        return total, None
    return total, "Positive screen" if positive else "Negative screen"


def pcl5(answers: Responses, sex: str, age: int | None) -> Outcome:
    """Weathers 2013: the sum; no bands of severity were published."""
    return sum(answers[str(number)] for number in range(1, 21)), None


def gds15(answers: Responses, sex: str, age: int | None) -> Outcome:
    """Sheikh and Yesavage 1986: a point for each depressed answer, which the form counts as it prints them in bold."""
    total = sum(answers[str(number)] for number in range(1, 16))
    for most, word in ((4, "Normal"), (8, "Mild"), (11, "Moderate"), (15, "Severe")):
        if total <= most:
            return total, word
    raise AssertionError(total)


def ciwa(answers: Responses, sex: str, age: int | None) -> Outcome:
    """Sullivan 1989: nine items to 7 and one to 4; under 8 mild, 8 to 15 moderate, over 15 severe; 0 is no sign."""
    total = sum(answers[str(number)] for number in range(1, 11))
    return total, "No signs" if total == 0 else "Mild" if total < 8 else "Severe" if total > 15 else "Moderate"


def gcs(answers: Responses, sex: str, age: int | None) -> Outcome:
    total = answers["E"] + answers["V"] + answers["M"]
    return (
        total,
        "Severe" if total <= 8 else "Moderate" if total <= 12 else "Mild" if total < 15 else "Fully responsive",
    )


def apgar(answers: Responses, sex: str, age: int | None) -> Outcome:
    total = sum(answers[str(number)] for number in range(1, 6))
    return total, "Reassuring" if total >= 7 else "Moderately abnormal" if total >= 4 else "Low"


def curb65(answers: Responses, sex: str, age: int | None) -> Outcome:
    """Lim 2003: Confusion, Urea above 7, Respiratory rate from 30, Blood pressure below 90 or to 60, age from 65."""
    signs = [
        answers["C"] == 1,
        answers["U"] > 7,
        answers["R"] >= 30,
        answers["B-systolic"] < 90 or answers["B-diastolic"] <= 60,
        age is not None and age >= 65,
    ]
    total = signs.count(True)
    return total, "Low" if total < 2 else "Intermediate" if total == 2 else "High"


def news2_points(answers: Responses) -> list[int]:
    """The chart of the Royal College of Physicians, 2017, row by row."""
    rate, saturation, pressure, pulse, heat = (Decimal(str(answers[code])) for code in "13568")
    oxygen = answers["4"] == 2
    points = [3 if rate <= 8 else 1 if rate <= 11 else 0 if rate <= 20 else 2 if rate <= 24 else 3]
    if answers["2"] == 1:
        points.append(3 if saturation <= 91 else 2 if saturation <= 93 else 1 if saturation <= 95 else 0)
    elif saturation <= 87:
        points.append(3 if saturation <= 83 else 2 if saturation <= 85 else 1)
    elif saturation <= 92 or not oxygen:
        points.append(0)
    else:
        points.append(1 if saturation <= 94 else 2 if saturation <= 96 else 3)
    points.append(2 if oxygen else 0)
    points.append(3 if pressure <= 90 or pressure >= 220 else 2 if pressure <= 100 else 1 if pressure <= 110 else 0)
    points.append(
        3 if pulse <= 40 or pulse >= 131 else 1 if pulse <= 50 or 91 <= pulse <= 110 else 2 if pulse > 110 else 0
    )
    points.append(3 if answers["7"] else 0)
    cold = 3 if heat <= 35 else 1 if heat <= 36 else 0
    points.append(2 if heat >= Decimal("39.1") else 1 if heat >= Decimal("38.1") else cold)
    return points


def news2(answers: Responses, sex: str, age: int | None) -> Outcome:
    points = news2_points(answers)
    total = sum(points)
    if total >= 7:
        return total, "High"
    if total >= 5:
        return total, "Medium"
    return total, "Low-medium" if 3 in points else "Low"


def phq8(answers: Responses, sex: str, age: int | None) -> Outcome:
    """Kroenke 2009: the PHQ-9's cut points over eight items."""
    total = sum(answers.values())
    words = {4: "None", 9: "Mild", 14: "Moderate", 19: "Moderately severe", 24: "Severe"}
    return total, next(word for most, word in words.items() if total <= most)


def phq4(answers: Responses, sex: str, age: int | None) -> Outcome:
    """Kroenke 2009: 3, 6 and 9 are mild, moderate and severe."""
    total = sum(answers[code] for code in "1234")
    return total, "Severe" if total >= 9 else "Moderate" if total >= 6 else "Mild" if total >= 3 else "None"


def k10(answers: Responses, sex: str, age: int | None) -> Outcome:
    """Australian Bureau of Statistics, table E: 10-15, 16-21, 22-29, 30-50."""
    total = sum(answers.values())
    return total, "Very high" if total > 29 else "High" if total > 21 else "Moderate" if total > 15 else "Low"


def k6(answers: Responses, sex: str, age: int | None) -> Outcome:
    """Kessler 2003: 13 and more; Prochaska 2012: 5 and more."""
    total = sum(answers.values())
    return total, "Serious distress" if total >= 13 else "Moderate distress" if total >= 5 else "None or low"


def core10(answers: Responses, sex: str, age: int | None) -> Outcome:
    """Bands of the CORE-OM; the two items about what goes well are counted in the file as they are printed."""
    total = sum(answers[str(number)] for number in range(1, 11))
    for least, word in ((25, "Severe"), (20, "Moderate to severe"), (15, "Moderate"), (11, "Mild"), (6, "Low level")):
        if total >= least:
            return total, word
    return total, "Healthy"


def audit_c_uk(answers: Responses, sex: str, age: int | None) -> Outcome:
    """OHID: 0-4, 5-7, 8-10, 11-12, the same for everybody. Who never drinks is not asked how much."""
    total = 0 if answers["1"] == 0 else answers["1"] + answers["2"] + answers["3"]
    words = {4: "Low risk", 7: "Increasing risk", 10: "Higher risk", 12: "Possible dependence"}
    return total, next(word for most, word in words.items() if total <= most)


def audit(answers: Responses, sex: str, age: int | None) -> Outcome:
    """WHO 2001, interview: after "Never", and after no points in 2 and 3, on to 9 and 10. Zones at 8, 16 and 20."""
    total = answers["9"] + answers["10"]
    if answers["1"] > 0:
        total += sum(answers[code] for code in "123")
        if answers["2"] + answers["3"] > 0:
            total += sum(answers[code] for code in "45678")
    return total, "Zone " + ("I" if total < 8 else "II" if total < 16 else "III" if total < 20 else "IV")


def four_at(answers: Responses, sex: str, age: int | None) -> Outcome:
    """MacLullich, version 1.2: 4 for altered alertness and for an acute change, 1 or 2 for the two tests."""
    total = {"normal": 0, "sleepy": 0, "abnormal": 4}[answers["1"]] + answers["2"] + answers["3"] + answers["4"]
    if total >= 4:
        return total, "Possible delirium"
    return total, "Possible cognitive impairment" if total else "Delirium unlikely"


ORACLES: dict[str, Callable[[Responses, str, int | None], Outcome]] = {
    "phq-9": phq9,
    "phq-2": two_items,
    "gad-7": gad7,
    "gad-2": two_items,
    "phq-15": phq15,
    "audit-c": audit_c,
    "pcl-5": pcl5,
    "gds-15": gds15,
    "ciwa-ar": ciwa,
    "gcs": gcs,
    "apgar": apgar,
    "curb-65": curb65,
    "news2": news2,
    "phq-8": phq8,
    "phq-4": phq4,
    "k10": k10,
    "k6": k6,
    "core-10": core10,
    "audit-c-uk": audit_c_uk,
    "audit": audit,
    "4at": four_at,
}


def whole(most: int, least: int = 0) -> tuple[int, ...]:
    return tuple(range(least, most + 1))


# Every answer of an item that counts; of a measurement both ends of every row of its table.
DOMAINS: dict[str, dict[str, tuple[Any, ...]]] = {
    "phq-9": {str(number): TWO_WEEKS for number in range(1, 10)},
    "phq-2": {"1": TWO_WEEKS, "2": TWO_WEEKS},
    "gad-7": {str(number): TWO_WEEKS for number in range(1, 8)},
    "gad-2": {"1": TWO_WEEKS, "2": TWO_WEEKS},
    "phq-15": {str(number): whole(2) for number in range(1, 16)},
    "audit-c": {str(number): whole(4) for number in range(1, 4)},
    "audit-c-uk": {str(number): whole(4) for number in range(1, 4)},
    "audit": {str(number): whole(4) if number < 9 else (0, 2, 4) for number in range(1, 11)},
    "phq-8": {str(number): TWO_WEEKS for number in range(1, 9)},
    "phq-4": {str(number): TWO_WEEKS for number in range(1, 5)},
    "k10": {str(number): whole(5, 1) for number in range(1, 11)},
    "k6": {str(number): whole(4) for number in range(1, 7)},
    "core-10": {str(number): whole(4) for number in range(1, 11)},
    "4at": {"1": ("normal", "sleepy", "abnormal"), "2": whole(2), "3": whole(2), "4": (0, 4)},
    "pcl-5": {str(number): whole(4) for number in range(1, 21)},
    "gds-15": {str(number): whole(1) for number in range(1, 16)},
    "ciwa-ar": {str(number): whole(7 if number < 10 else 4) for number in range(1, 11)},
    "gcs": {"E": whole(4, 1), "V": whole(5, 1), "M": whole(6, 1)},
    "apgar": {str(number): whole(2) for number in range(1, 6)},
    "curb-65": {
        "C": (0, 1),
        "U": (Decimal("0.1"), 7, Decimal("7.1"), 40),
        "R": (12, 29, 30, 60),
        "B-systolic": (60, 89, 90, 200),
        "B-diastolic": (40, 60, 61, 110),
    },
    "news2": {
        "1": (4, 8, 9, 11, 12, 20, 21, 24, 25, 60),
        "2": (1, 2),
        "3": (70, 83, 84, 85, 86, 87, 88, 91, 92, 93, 94, 95, 96, 97, 100),
        "4": (0, 2),
        "5": (60, 90, 91, 100, 101, 110, 111, 219, 220, 260),
        "6": (30, 40, 41, 50, 51, 90, 91, 110, 111, 130, 131, 180),
        "7": (0, 3),
        "8": tuple(Decimal(text) for text in ("34.0", "35.0", "35.1", "36.0", "36.1", "38.0", "38.1", "39.0", "39.1")),
    },
}
