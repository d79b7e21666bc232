"""The files that come with the application, and what is said about broken ones."""

import hashlib
import io
import shutil

import pytest
from django.core.management import CommandError, call_command

from clinic.instruments.files.toml import FOLDER, BrokenFile, newest, problems, read, shipped
from tests.instruments.oracles import DOMAINS, ORACLES

FREQUENCY = ["Not at all", "Several days", "More than half the days", "Nearly every day"]
TIMES = ["None of the time", "A little of the time", "Some of the time", "Most of the time", "All of the time"]
NEVER_SHIPPED = ("epds", "moca", "mdq", "braden", "bdi", "c-ssrs", "isi")
NON_COMMERCIAL = ("4at", "audit", "audit-c", "audit-c-uk", "core-10")
# Released files never change: a new wording or rule is a file of the next version.
RELEASED = {
    "4at.v1.toml": "f35360df55f27626",
    "apgar.v1.toml": "07449e0c7ace4a77",
    "apgar.v2.toml": "fd2e181748d70cf5",
    "audit-c-uk.v1.toml": "dd6369bbb2e2cc1b",
    "audit-c.v1.toml": "93c5f620f7867da2",
    "audit-c.v2.toml": "2df0bd2205022e8d",
    "audit-c.v3.toml": "a7b1704b9e89e0f5",
    "audit.v1.toml": "f7a5f05efc5c72d3",
    "ciwa-ar.v1.toml": "54c09714239d3e5b",
    "ciwa-ar.v2.toml": "5df63543dc135105",
    "core-10.v1.toml": "32ca44a69079111a",
    "curb-65.v1.toml": "72c028079dd14521",
    "curb-65.v2.toml": "afb2a41aafaab1dc",
    "gad-2.v1.toml": "a3f924d2fe64508e",
    "gad-2.v2.toml": "62e52d989fd7f8e6",
    "gad-7.v1.toml": "834b108034bfdeca",
    "gad-7.v2.toml": "b0ca455129f110c9",
    "gcs.v1.toml": "c96feabc6334ebfe",
    "gcs.v2.toml": "0fcbba116caa3118",
    "gds-15.v1.toml": "8cb132c75644277f",
    "gds-15.v2.toml": "5b163c542fe930b7",
    "k10.v1.toml": "1e025c9940ff368d",
    "k6.v1.toml": "7b905ccfd3d0fad4",
    "news2.v1.toml": "c2adf62dbe4b85ea",
    "news2.v2.toml": "c605333186725286",
    "pcl-5.v1.toml": "f85ba75ef9a0884c",
    "pcl-5.v2.toml": "e69d074818c969b9",
    "phq-15.v1.toml": "37fe6af8237e9fa1",
    "phq-15.v2.toml": "ce24efe8306d38c0",
    "phq-2.v1.toml": "9bd03982ac498cb9",
    "phq-2.v2.toml": "1ac387746299ebd2",
    "phq-4.v1.toml": "dd8ebd3371a90316",
    "phq-8.v1.toml": "51143a6874adb2e8",
    "phq-9.v1.toml": "30fb008d89288cf9",
    "phq-9.v2.toml": "4d71bf6e144ce143",
}


def option_texts(id, code):
    item = shipped()[id, "1"].by_code[code]
    return [text for _, text in sorted((option.points, option.text) for option in item.options)]


def test_shipped_instruments_are_these():
    assert {id for id, _ in shipped()} == set(ORACLES)
    assert not {id for id, _ in shipped()} & set(NEVER_SHIPPED)


def test_shipped_files_have_no_faults():
    assert problems() == []


def test_released_files_are_as_they_were_released():
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in FOLDER.glob("*")} == RELEASED


# Totals that the source calls no illness; all others have a severity.
NO_ILLNESS = {
    "4at": [("", 0, 0)],
    "apgar": [("", 7, 10)],
    "audit": [("", 0, 7)],
    "audit-c": [("female", 0, 2), ("male", 0, 3)],
    "audit-c-uk": [("", 0, 4)],
    "ciwa-ar": [("", 0, 0)],
    "core-10": [("", 0, 5), ("", 6, 10)],
    "curb-65": [("", 0, 1)],
    "gad-2": [("", 0, 2)],
    "gcs": [("", 15, 15)],
    "gds-15": [("", 0, 4)],
    "k10": [("", 10, 15)],
    "k6": [("", 0, 4)],
    "news2": [("", 0, 4)],
    "phq-2": [("", 0, 2)],
    "phq-4": [("", 0, 2)],
    "phq-8": [("", 0, 4)],
}


def test_normal_end_of_a_scale_has_no_severity():
    found = {
        id: [(band.sex, band.low, band.high) for band in definition.bands if band.severity is None]
        for id, definition in newest(shipped()).items()
    }
    assert {id: bands for id, bands in found.items() if bands} == NO_ILLNESS


def test_every_instrument_names_its_source_and_licence():
    newest_files = newest(shipped()).values()
    said = {made.id: (min(len(made.source), len(made.licence)) > 20, made.licence_class) for made in newest_files}
    assert said == dict.fromkeys(ORACLES, (True, "free")) | dict.fromkeys(NON_COMMERCIAL, (True, "non-commercial"))


@pytest.mark.parametrize("id", sorted(DOMAINS))
def test_items_are_numbered_as_published(id):
    answers = {"1": 1, "2": 1} if id == "audit" else {}
    counted = [item.code for item in shipped()[id, "1"].counted("female", answers) if not item.source]
    assert counted == list(DOMAINS[id])


@pytest.mark.parametrize("id", ["phq-9", "phq-8", "phq-4", "phq-2", "gad-7", "gad-2"])
def test_points_of_the_phq_family_are_those_of_its_form(id):
    assert {code: option_texts(id, code) for code in DOMAINS[id]} == dict.fromkeys(DOMAINS[id], FREQUENCY)


def test_gds_counts_five_answers_when_they_are_no_and_ten_when_they_are_yes():
    counts = {code: option_texts("gds-15", code)[1] for code in DOMAINS["gds-15"]}
    assert [code for code, text in counts.items() if text == "No"] == ["1", "5", "7", "11", "13"]
    assert list(counts.values()).count("Yes") == 10


@pytest.mark.parametrize(
    ("id", "code", "texts"),
    [
        (
            "audit-c",
            "1",
            ["Never", "Monthly or less", "2 to 4 times a month", "2 to 3 times a week", "4 or more times a week"],
        ),
        ("audit-c", "2", ["1 or 2", "3 or 4", "5 or 6", "7, 8, or 9", "10 or more"]),
        ("audit-c", "3", ["Never", "Less than monthly", "Monthly", "Weekly", "Daily or almost daily"]),
        ("pcl-5", "20", ["Not at all", "A little bit", "Moderately", "Quite a bit", "Extremely"]),
        ("phq-15", "1", ["Not bothered at all", "Bothered a little", "Bothered a lot"]),
        ("gcs", "E", ["None", "To pressure", "To sound", "Spontaneous"]),
        ("gcs", "V", ["None", "Sounds", "Words", "Confused", "Orientated"]),
        ("gcs", "M", ["None", "Extension", "Abnormal flexion", "Normal flexion", "Localising", "Obeys commands"]),
        ("curb-65", "C", ["No", "Yes"]),
        ("audit-c-uk", "2", ["0 to 2", "3 to 4", "5 to 6", "7 to 9", "10 or more"]),
        ("audit", "9", ["No", "Yes, but not in the last year", "Yes, during the last year"]),
        ("core-10", "1", ["Not at all", "Only occasionally", "Sometimes", "Often", "Most or all the time"]),
        ("core-10", "2", ["Most or all the time", "Often", "Sometimes", "Only occasionally", "Not at all"]),
        ("core-10", "3", ["Most or all the time", "Often", "Sometimes", "Only occasionally", "Not at all"]),
        ("k10", "1", TIMES),
        ("k6", "1", TIMES),
        ("news2", "4", ["Air", "Oxygen"]),
    ],
)
def test_points_of_options_are_those_of_the_form(id, code, texts):
    assert option_texts(id, code) == texts


def test_newest_version_is_the_highest_number():
    assert newest({("a", "9"): "old", ("a", "10"): "new", ("b", "1"): "only"}) == {"a": "new", "b": "only"}


@pytest.fixture
def broken(tmp_path):
    """A function that changes one line of an instrument's file and says what is found: line and message."""

    def made(name, old, new):
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert old in text
        line = text[: text.index(old)].count("\n") + 1
        (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        found = problems(tmp_path)
        return line, [problem.removeprefix(f"{name}:").split(": ", 1) for problem in found]

    return made


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("phq-9.v1.toml", "maximum = 27", "maximum = 28", "The items add up to 0 at least and 27 at most"),
        ("phq-9.v1.toml", 'text = "Poor appetite', 'txt = "Poor appetite', "There is no such entry here."),
        ("phq-9.v1.toml", "{ points = 1, text", "{ points = 0, text", "Two options have 0 points"),
        ("phq-9.v1.toml", 'loinc = "LA6570-1"', 'loinc = "LA6570"', "“LA6570” is not a LOINC code."),
        ("phq-9.v1.toml", "{ points = 2, text", '{ points = "2", text', "This must be a number"),
        ("phq-9.v1.toml", 'options = "difficulty"', 'options = "dificulty"', "There are no options called"),
        ("phq-9.v1.toml", 'code = "4"', 'code = "3"', "Another item has the code “3”."),
        ("phq-9.v1.toml", 'loinc = "44255-8"', 'loinc = "44255"', "“44255” is not a LOINC code."),
        ("phq-9.v1.toml", "from = 10", "from = 11", "The band must begin at 10."),
        ("phq-9.v1.toml", "to = 27", "to = 26", "The last band must end at 27."),
        ("phq-9.v1.toml", "severity = 4", "severity = 5", "This must be a whole number from 0 to 4."),
        ("phq-9.v1.toml", 'item = "9"', 'item = "19"', "There is no item “19”."),
        (
            "phq-9.v1.toml",
            'licence_class = "free"',
            'licence_class = "mine"',
            "“mine” is none of: free, non-commercial.",
        ),
        ("phq-9.v1.toml", "positive_from = 10", "positive_from = 28", "The cut-off lies outside"),
        ("phq-9.v1.toml", 'version = "1"', 'version = "one"', "“one” is not as it must be"),
        ("news2.v1.toml", "{ from = 12, to = 20,", "{ from = 13, to = 20,", "After 11 the next row must begin at 12"),
        ("news2.v1.toml", '"2" = 2, "4" = 0', '"2" = 3, "4" = 0', "No option of item 2 has 3 points."),
        ("pcl-5.v1.toml", "needs = 2", "needs = 9", "“needs” goes with “at_least”"),
        ("audit-c.v1.toml", 'sex = "female"', 'sex = "femal"', "“femal” is none of"),
        ("curb-65.v1.toml", 'items = ["65"]', 'items = ["66"]', "There is no item “66”."),
        ("phq-9.v2.toml", "case_from = 10", "case_from = 28", "The case threshold lies outside"),
        ("phq-9.v2.toml", "case_from = 10", "case_above = 9", "There is no such entry here."),
        ("phq-9.v2.toml", "remission_below = 5", "remission_below = 11", "Remission lies below the case threshold."),
        ("gad-7.v2.toml", "reliable = 4", "reliable = -4", "A reliable change is a difference above 0."),
        (
            "gcs.v2.toml",
            'severity = "none"',
            'severity = "normal"',
            "This must be a whole number from 0 to 4, or “none”.",
        ),
        ("gcs.v1.toml", 'band = "Severe"', 'band = "Sever"', "There is no band “Sever”."),
    ],
)
def test_broken_file_is_refused_with_the_line_at_fault(broken, name, old, new, message):
    line, found = broken(name, old, new)
    assert str(line) in [number for number, said in found if message in said], (line, found)


def test_syntax_error_is_named_with_its_line(tmp_path):
    (tmp_path / "phq-9.v1.toml").write_text('id = "phq-9"\ntitle = PHQ\n')
    with pytest.raises(BrokenFile, match=r"^phq-9.v1.toml:2: "):
        read(tmp_path / "phq-9.v1.toml")


def test_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "x.v1.toml").write_bytes(b"\xff\xfe")
    assert problems(tmp_path) == ["x.v1.toml:1: The file is not UTF-8 text."]


def test_file_of_another_name_is_refused(tmp_path):
    shutil.copy(FOLDER / "phq-9.v1.toml", tmp_path / "phq-9.v2.toml")
    assert problems(tmp_path) == ["phq-9.v2.toml:1: The file must be called phq-9.v1.toml."]


def test_command_names_the_faults_or_says_that_there_are_none(tmp_path):
    printed = io.StringIO()
    call_command("check_instruments", stdout=printed)
    assert printed.getvalue() == "35 files of 21 instruments, no faults.\n"
    (tmp_path / "x.v1.toml").write_text("")
    with pytest.raises(CommandError, match=r"x.v1.toml:1: “id” is missing"):
        call_command("check_instruments", str(tmp_path))


# From what age, and up to which, somebody is asked; docs/instruments.md has the sources.
ADULTS = (
    "4at", "audit", "audit-c", "audit-c-uk", "ciwa-ar", "curb-65", "gad-2", "gad-7", "k10", "k6",
    "pcl-5", "phq-15", "phq-2", "phq-4", "phq-8", "phq-9",
)  # fmt: skip
AGES = dict.fromkeys(ADULTS, (18, None)) | {
    "core-10": (17, None),
    "apgar": (None, 0),
    "gcs": (5, None),
    "gds-15": (60, None),
    "news2": (16, None),
}


def test_ages_that_are_asked_are_those_of_the_sources():
    assert {id: (made.youngest, made.oldest) for id, made in newest(shipped()).items()} == AGES


@pytest.mark.parametrize(
    ("age", "ids"),
    [
        (0, ["apgar"]),
        (4, []),
        (5, ["gcs"]),
        (17, ["core-10", "gcs", "news2"]),
        (36, [*ADULTS, "core-10", "gcs", "news2"]),
        (60, sorted({*AGES} - {"apgar"})),
    ],
)
def test_somebody_is_offered_what_is_made_for_that_age(age, ids):
    found = [id for id, made in newest(shipped()).items() if not made.refusal(sex="female", age=age)]
    assert sorted(found) == sorted(ids)
